"""Phantom studies with Modic changes: to learn from, and to judge maps by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from deepspine.data.findings import get_finding
from deepspine.data.levels import LUMBAR_LEVELS, Vertebra
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.data.phantom.tissues import Sequence as ScanTimes
from deepspine.data.phantom.variants import Variant
from deepspine.experiments.modic.pairs import LocatedPair, phantom_pair
from deepspine.segmentation.inference import SegmentationNetwork

CHANGED_SHARE = 0.5
"""Of the lumbar discs of a phantom; the type is drawn evenly."""
USUAL, UNSEEN = "times of the phantom", "unseen times"
LESION_SHARE = 0.3
"""Of the studies that teach: a haemangioma or a fracture, which is no Modic change."""
LESION_BODIES = (Vertebra.L1, Vertebra.L2, Vertebra.L3)


def changed_study(seed: int, times: str) -> PhantomStudy:
    """Make a study with Modic changes of all types, scanned with usual or unseen times."""
    variant = _changed(np.random.default_rng([seed, *b"modic map"]))
    if times == UNSEEN:
        rng = np.random.default_rng([seed, *b"modic times"])
        # The phantom draws T1 450 to 650 / 9 to 13 ms and T2 3000 to 4600 / 95 to 118 ms.
        t1 = ScanTimes(float(rng.choice([rng.uniform(350, 430), rng.uniform(680, 850)])), float(rng.uniform(14, 20)))
        t2 = ScanTimes(float(rng.uniform(2000, 2800)), float(rng.choice([rng.uniform(70, 88), rng.uniform(125, 145)])))
        variant = replace(variant, t1=lambda _: t1, t2=lambda _: t2)
    return generate_study(seed, PhantomOptions(axial=False), variant=variant)


def teaching_study(seed: int) -> PhantomStudy:
    """Make a study to learn from: usual times, now and then a lesion that is no Modic change."""
    rng = np.random.default_rng([seed, *b"modic lesson"])
    variant = _changed(rng)
    if rng.random() < LESION_SHARE:
        bodies = (LESION_BODIES[int(rng.integers(len(LESION_BODIES)))],)
        haemangioma = rng.random() < 0.5
        variant = replace(variant, haemangioma=bodies) if haemangioma else replace(variant, fracture=bodies)
    return generate_study(seed, PhantomOptions(axial=False), variant=variant)


def teaching_pairs(
    number: int, first_seed: int, kept: Path, *, advance: Callable[[float], None] = lambda n: None
) -> Iterator[LocatedPair]:
    """Yield located phantoms to learn from, made once.

    Parameters
    ----------
    number, first_seed
        How many, and the seed of the first.
    kept
        Folder where they are kept.
    advance
        Called with the share done since its last call.
    """
    network = SegmentationNetwork.load()
    for seed in range(first_seed, first_seed + number):
        path = kept / f"phantom-{seed}.npz"
        if not path.is_file():
            phantom_pair(teaching_study(seed), network, patient=path.stem).write(path)
        yield LocatedPair.read(path)
        advance(1 / number)


def _changed(rng: np.random.Generator) -> Variant:
    types = get_finding("modic").scale[1:]
    return Variant(
        modic={level: str(rng.choice(types)) if rng.random() < CHANGED_SHARE else "none" for level in LUMBAR_LEVELS}
    )
