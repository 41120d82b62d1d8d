"""The shipped network on inputs that nobody should trust: a reason or a doubt, never confident nonsense."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.geometry import Grid
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import generate_study
from deepspine.data.volume import Volume
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.locate import locate
from deepspine.segmentation.observations import is_flagged

USUAL = ["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]


@pytest.fixture(scope="module")
def network() -> SegmentationNetwork:
    return SegmentationNetwork.load()


@pytest.fixture(scope="module")
def study() -> Volume:
    """Return the sagittal T2 of a phantom with five lumbar vertebrae."""
    return generate_study(5, PhantomOptions(axial=False, scoliosis=0.0)).sagittal_t2


def part(volume: Volume, rows: slice, slices: slice = slice(None)) -> Volume:
    """Return a volume of some rows and slices, in place."""
    voxels = volume.voxels[slices, rows].copy()
    first = np.array([slices.start or 0, rows.start or 0, 0.0])
    grid = Grid.from_axes(
        voxels.shape,
        origin_lps=volume.grid.lps_from_ijk(first),
        axes_lps=list(volume.grid.axes_lps),
        spacing_mm=volume.grid.spacing_mm,
    )
    return replace(volume, voxels=voxels, grid=grid)


def with_metal(voxels: NDArray[np.float32], rows: tuple[float, float]) -> NDArray[np.float32]:
    """Return a signal void of screws over the whole width at some rows, bright at its border."""
    marred = voxels.copy()
    first, last = (round(share * voxels.shape[1]) for share in rows)
    marred[:, first:last] = 0.0
    marred[:, first - 4 : first] = marred[:, last : last + 4] = voxels.max()
    return marred


def stretched(volume: Volume, factor: float) -> Volume:
    """Return the volume with rows that claim to be smaller than they are."""
    slices_mm, rows_mm, columns_mm = volume.grid.spacing_mm
    grid = Grid.from_axes(
        volume.grid.shape,
        origin_lps=volume.grid.lps_from_ijk(np.zeros(3)),
        axes_lps=list(volume.grid.axes_lps),
        spacing_mm=(slices_mm, rows_mm * factor, columns_mm),
    )
    return replace(volume, grid=grid)


def as_sagittal(voxels: NDArray[np.float32], volume: Volume, spacing_mm: tuple[float, float, float]) -> Volume:
    """Return voxels of any plane or part as a file claims them to be sagittal, in a field of view of 230 mm."""
    rows, columns = (max(n, round(230 / mm)) for n, mm in zip(voxels.shape[1:], spacing_mm[1:], strict=True))
    shown = np.zeros((len(voxels), rows, columns), dtype=np.float32)
    before = (columns - voxels.shape[2]) // 2
    shown[:, : voxels.shape[1], before : before + voxels.shape[2]] = voxels
    axes = list(volume.grid.axes_lps)
    grid = Grid.from_axes(shown.shape, origin_lps=np.zeros(3), axes_lps=axes, spacing_mm=spacing_mm)
    return replace(volume, voxels=shown, grid=grid)


def other_plane(volume: Volume, order: tuple[int, int, int]) -> Volume:
    """Return some slices of another plane whose header says sagittal; its last axis is the study's slices."""
    slices_mm, rows_mm, columns_mm = volume.grid.spacing_mm
    turned = volume.voxels.transpose(order)
    every = len(turned) // 5
    wide = ndimage.zoom(turned[::every], (1.0, 1.0, slices_mm / columns_mm), order=1)
    return as_sagittal(wide, volume, (4.0, rows_mm, columns_mm))


def like_a_neck(volume: Volume) -> Volume:
    """Return vertebrae of half the size, twice as many and no sacrum, as a cervical spine shows them."""
    middle = len(volume.voxels) // 2
    upper = volume.voxels[middle - 2 : middle + 3, : round(0.55 * volume.grid.shape[1])]
    slices_mm, rows_mm, columns_mm = volume.grid.spacing_mm
    return as_sagittal(np.concatenate([upper, upper], axis=1), volume, (slices_mm, rows_mm / 2, columns_mm / 2))


def is_doubted(volume: Volume, network: SegmentationNetwork) -> bool:
    """Whether a volume is refused or comes with a flag."""
    try:
        return is_flagged(locate(volume, network=network))
    except DeepspineError:
        return True


def names(volume: Volume, network: SegmentationNetwork) -> list[str]:
    return [frame.level.value for frame in locate(volume, network=network).frames]


def test_the_study_itself_is_named_without_a_flag(study: Volume, network: SegmentationNetwork) -> None:
    assert names(study, network)[-5:] == USUAL
    assert not is_flagged(locate(study, network=network))


def test_one_slice_is_enough(study: Volume, network: SegmentationNetwork) -> None:
    middle = len(study.voxels) // 2
    assert names(part(study, slice(None), slice(middle, middle + 1)), network)[-5:] == USUAL


def askew(volume: Volume, turn_deg: float) -> Volume:
    """Return the middle slices as a patient shows who lies turned in the scanner, black where nothing was seen."""
    middle = len(volume.voxels) // 2
    few = part(volume, slice(None), slice(middle - 1, middle + 2))
    return few.with_voxels(ndimage.rotate(few.voxels, turn_deg, axes=(1, 2), reshape=False, order=1))


@pytest.mark.parametrize("turn_deg", [-25.0, -15.0, 15.0, 25.0])
def test_a_patient_who_lies_askew_is_named_as_one_who_lies_straight(
    study: Volume, network: SegmentationNetwork, turn_deg: float
) -> None:
    assert names(askew(study, turn_deg), network)[-5:] == USUAL


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (lambda voxels: voxels[:, ::-1], "upside down"),
        (lambda voxels: voxels[:, :, ::-1], "front and back swapped"),
        (lambda voxels: voxels[:, ::-1, ::-1], "half a circle"),
    ],
    ids=["upside down", "mirrored", "turned"],
)
def test_a_turned_volume_is_refused_by_name(
    study: Volume, network: SegmentationNetwork, turn: Callable[[np.ndarray], np.ndarray], reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        locate(study.with_voxels(turn(study.voxels).copy()), network=network)


@pytest.mark.parametrize(
    "marred",
    [
        lambda volume: part(volume, slice(0, round(0.6 * volume.grid.shape[1]))),
        lambda volume: part(volume, slice(round(0.1 * volume.grid.shape[1]), round(0.5 * volume.grid.shape[1]))),
        lambda volume: volume.with_voxels(np.zeros_like(volume.voxels)),
        lambda volume: volume.with_voxels(np.random.default_rng(0).random(volume.grid.shape, dtype=np.float32)),
        lambda volume: volume.with_voxels(with_metal(volume.voxels, (0.4, 0.7))),
        lambda volume: volume.with_voxels(np.where(np.arange(volume.grid.shape[1])[:, None] % 97 < 9, np.nan, 1.0)
                                          * volume.voxels),
        lambda volume: stretched(volume, 0.45),
        lambda volume: other_plane(volume, (2, 1, 0)),
        lambda volume: other_plane(volume, (1, 2, 0)),
        like_a_neck,
    ],
    ids=["no sacrum in view", "three vertebrae", "empty", "noise", "metal", "without values", "stretched",
         "coronal by a wrong header", "axial by a wrong header", "cervical"],
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused_or_flagged(
    study: Volume, network: SegmentationNetwork, marred: Callable[[Volume], Volume]
) -> None:
    assert is_doubted(marred(study), network)


def test_a_field_of_view_beyond_any_patient_is_refused(study: Volume, network: SegmentationNetwork) -> None:
    with pytest.raises(InputError, match="must be 100 to 1400 mm"):
        network.segment(stretched(study, 6.0))


@pytest.mark.parametrize("seed", [14, 17])
def test_a_patient_who_moved_is_named_right_or_doubted(network: SegmentationNetwork, seed: int) -> None:
    restless = generate_study(seed, PhantomOptions(axial=False, scoliosis=0.0, motion=1.0))
    assert restless.plan.motion.t2_mm > 1
    if not is_doubted(restless.sagittal_t2, network):
        assert names(restless.sagittal_t2, network)[-5:] == USUAL
