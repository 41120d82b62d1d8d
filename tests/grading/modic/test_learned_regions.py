"""Networks that mark changed marrow: what they look at, what they learn from, and how their marks become a map."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from small_phantoms import with_slices

from deepspine.data.errors import InputError
from deepspine.data.levels import Level, Vertebra
from deepspine.data.phantom.study import PhantomStudy
from deepspine.grading.modic.bodies import Endplate, VertebralBody
from deepspine.grading.modic.learned_regions import CARD_KEYS, RegionModel, learn_regions, typed_regions
from deepspine.grading.modic.level_crops import COLUMNS, ROWS
from deepspine.grading.modic.mapping import map_modic
from deepspine.grading.modic.measured_pair import MeasuredPair
from deepspine.grading.modic.region_network import BODY, RegionNetwork, RegionScores, ask, pooled
from deepspine.grading.modic.region_training import (
    UNKNOWN,
    RegionAugmentation,
    RegionBatch,
    RegionSamples,
    augmented,
    region_loss,
    train_regions,
)
from deepspine.grading.modic.regions import Evidence

CARD = dict.fromkeys(CARD_KEYS, "invented")


@pytest.fixture(scope="module")
def study(three_types: PhantomStudy) -> PhantomStudy:
    """Return three slices of a study with changes."""
    return with_slices(three_types, slice(3, 6))


@pytest.fixture(scope="module")
def pair(study: PhantomStudy) -> MeasuredPair:
    """Return it measured."""
    return MeasuredPair.of(
        study.sagittal_t1,
        study.sagittal_t2,
        mask=study.mask,
        vertebra_map=study.vertebra_mask,
        frames=study.frames,
    )


def block(shape: tuple[int, int, int]) -> VertebralBody:
    """Return a body that fills its box, everywhere at its one endplate."""
    inside = np.ones(shape, dtype=bool)
    endplate = Endplate(Level.L4_L5, Vertebra.L4, is_upper=False, distance_mm=np.zeros(shape, np.float32))
    box = (slice(0, shape[0]), slice(0, shape[1]), slice(0, shape[2]))
    return VertebralBody(Vertebra.L4, box, inside, inside, np.zeros((3, *shape), np.float32), (endplate,))


def square(size: int = 4) -> RegionSamples:
    """Return crops of which some are bright in a patch, marked."""
    rng = np.random.default_rng(0)
    crops = rng.normal(0, 0.05, (size, 3, ROWS, COLUMNS)).astype(np.float32)
    crops[:, BODY] = 1.0
    changed = np.zeros((size, ROWS, COLUMNS), dtype=np.int8)
    changed[::2, 16:28, 10:34] = 1
    crops[:, 0] += changed
    return RegionSamples(crops, changed, changed.any(axis=(1, 2)).astype(np.int8))


def test_a_disc_stands_level_in_the_middle_of_its_crops_with_a_body_above_and_below(pair: MeasuredPair) -> None:
    for one in pair.crops():
        body = one.channels[:, BODY]
        assert one.channels.shape == (3, 3, ROWS, COLUMNS)
        assert body[:, ROWS // 2, COLUMNS // 2].max() < 0.5
        if Level.L1_L2 <= one.level <= Level.L4_L5:
            assert body[:, 12, COLUMNS // 2].min() > 0.5
            assert body[:, -12, COLUMNS // 2].min() > 0.5


def test_normal_marrow_is_zero_in_both_contrasts(pair: MeasuredPair) -> None:
    crops = next(one for one in pair.crops() if one.level is Level.L1_L2)
    inside = crops.channels[:, BODY] > 0.99
    assert abs(float(np.median(crops.channels[:, 0][inside]))) < 0.05
    assert abs(float(np.median(crops.channels[:, 1][inside]))) < 0.05


def test_marks_on_crops_come_back_to_the_voxels_that_they_were_cut_from(
    study: PhantomStudy, pair: MeasuredPair
) -> None:
    truth = study.modic_mask == 1
    crops = next(one for one in pair.crops() if one.level is Level.L3_L4)
    back = crops.spread(crops.cut(truth), np.ones(truth.shape, dtype=bool)) > 0.5
    assert truth.sum() > 50
    assert 2 * (back & truth).sum() / (back.sum() + truth.sum()) > 0.93


def test_the_smooth_maximum_looks_inside_bodies_alone() -> None:
    pixels = torch.zeros(2, 4, 4)
    pixels[:, 0, 0] = 9.0
    inside = torch.ones(2, 4, 4, dtype=torch.bool)
    inside[1, 0, 0] = False
    most = pooled(pixels, inside)
    assert most[0] > 8.0
    assert most[1].abs() < 1e-5


def test_unknown_pixels_and_discs_teach_nothing() -> None:
    crops = torch.rand(2, 3, ROWS, COLUMNS)
    pixels, disc = torch.randn(2, ROWS, COLUMNS, requires_grad=True), torch.randn(2, requires_grad=True)
    batch = RegionBatch(crops, torch.full((2, ROWS, COLUMNS), float(UNKNOWN)), torch.full((2,), float(UNKNOWN)))
    loss = region_loss(pixels, disc, batch)
    loss.backward()
    assert loss.item() == 0.0
    assert pixels.grad is not None
    assert not pixels.grad.any()


def test_marks_move_with_the_picture() -> None:
    samples = square(8)
    batch = RegionBatch(
        torch.from_numpy(samples.crops),
        torch.from_numpy(samples.changed.astype(np.float32)),
        torch.from_numpy(samples.disc.astype(np.float32)),
    )
    torch.manual_seed(0)
    still = RegionAugmentation(contrast=0.0, offset=0.0, slope=0.0, noise=0.0)
    moved = augmented(batch, still)
    assert not torch.equal(moved.changed, batch.changed)
    inside, outside = moved.crops[:, 0][moved.changed == 1], moved.crops[:, 0][moved.changed == 0]
    assert inside.mean() > 0.9
    assert outside.mean() < 0.1


def test_a_network_learns_marked_pixels_and_is_trained_once(tmp_path: Path) -> None:
    network = train_regions(lambda: square(24), tmp_path, epochs=10, seed=1, batch_size=8)
    said = ask([network], square().crops)
    truth = square().changed == 1
    assert said.pixels[truth].mean() > said.pixels[~truth].mean() + 0.4
    assert said.disc[::2].min() > said.disc[1::2].max()

    def never() -> RegionSamples:
        raise AssertionError("asked for lessons of a network that is there")

    again = train_regions(never, tmp_path, epochs=10, seed=1)
    assert np.allclose(ask([again], square().crops).pixels, said.pixels, atol=1e-5)


class Painter(RegionNetwork):
    """Marks what is bright on T2: a stand-in for a trained network."""

    def forward(self, crops: torch.Tensor) -> RegionScores:
        """Return large scores where T2 is a tenth above marrow inside the bodies."""
        scores = super().forward(crops)
        bright = (crops[:, 1] > 0.12) & (crops[:, BODY] > 0.9)
        return scores._replace(pixels=torch.where(bright, 9.0, -9.0), disc=bright.flatten(1).sum(1) / 50.0 - 1.0)


def test_marks_of_a_network_become_a_typed_map(study: PhantomStudy, pair: MeasuredPair) -> None:
    model = RegionModel([Painter().eval()], 0.5, 0.5, CARD)
    found = map_modic(
        pair.t1,
        pair.t2,
        mask=study.mask,
        vertebra_map=study.vertebra_mask,
        frames=study.frames,
        model=model,
    )
    truth = study.modic_mask
    both = (truth > 0) & (found.types > 0)
    assert both.sum() > 0.5 * (truth > 0).sum()
    assert (found.types[both] == truth[both]).mean() > 0.9
    scores = {row.level: row.score for row in found.endplates}
    assert scores[Level.L3_L4] == max(scores.values())


def test_a_disc_below_the_threshold_of_discs_has_no_marks(pair: MeasuredPair) -> None:
    said = learn_regions(pair, RegionModel([Painter().eval()], 0.5, 1.1, CARD))
    assert not any(one.any() for one in said.pixels)


def test_weights_come_back_from_their_folder(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = RegionModel([RegionNetwork().eval(), RegionNetwork().eval()], 0.4, 0.6, CARD)
    model.save(tmp_path)
    again = RegionModel.load(tmp_path)
    assert (again.threshold, again.disc_threshold, len(again.networks)) == (0.4, 0.6, 2)
    crops: NDArray[np.float32] = square().crops
    assert np.allclose(ask(again.networks, crops).pixels, ask(model.networks, crops).pixels, atol=0.01)


def test_a_loaded_model_is_saved_as_it_was_changed(tmp_path: Path) -> None:
    RegionModel([RegionNetwork(), RegionNetwork()], 0.4, 0.6, CARD).save(tmp_path)
    loaded = RegionModel.load(tmp_path)
    replace(loaded, networks=loaded.networks[:1], threshold=0.5).save(tmp_path)
    again = RegionModel.load(tmp_path)
    assert (again.threshold, len(again.networks)) == (0.5, 1)


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Modic regions"):
        RegionModel.load(tmp_path)


def test_a_card_without_licence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="licence"):
        RegionModel([RegionNetwork()], 0.5, 0.5, {"name": "x", "data": {}}).save(tmp_path)


@pytest.mark.parametrize(
    ("n_slices", "rows", "is_found"),
    [(1, 5, True), (1, 4, False), (2, 6, True), (2, 5, False)],
    ids=["25 mm2", "20 mm2", "120 mm3", "100 mm3"],
)
def test_a_region_is_as_large_as_the_table_says_by_area_in_a_picture_and_by_volume_else(
    n_slices: int, rows: int, is_found: bool
) -> None:
    body = block((n_slices, 12, 12))
    marked = np.zeros(body.inside.shape, dtype=np.float32)
    marked[:, 2 : 2 + rows, 3:8] = 1.0
    evidence = Evidence(np.stack([0 * marked, marked, 0 * marked]))
    found = typed_regions(body, marked, evidence, np.array([2.0, 1.0, 1.0]))
    assert np.array_equal(found, 2 * marked if is_found else 0 * marked)
