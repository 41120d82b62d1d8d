"""Pairs that were located once are kept in files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepspine.experiments.modic.pairs import LocatedPair


@pytest.mark.parametrize("knows_truth", [True, False])
def test_a_pair_comes_back_as_it_was_kept(pair: LocatedPair, knows_truth: bool, tmp_path: Path) -> None:
    kept = pair if knows_truth else replace(pair, truth=None)
    kept.write(tmp_path / f"{pair.patient}.npz")
    found = LocatedPair.read(tmp_path / f"{pair.patient}.npz")
    assert found.patient == pair.patient
    assert [one.level for one in found.frames] == [one.level for one in pair.frames]
    assert np.array_equal(found.t1.voxels, pair.t1.voxels.astype(np.float16).astype(np.float32))
    assert np.array_equal(found.mask, pair.mask)
    assert (found.truth is None) == (not knows_truth)
    assert found.truth is None or np.array_equal(found.truth, pair.truth)
