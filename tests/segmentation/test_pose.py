"""A picture that stands on its head or is mirrored is told from an upright one."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from deepspine.data.errors import InputError
from deepspine.data.pictures import picture_grid
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume, VolumeOrigin
from deepspine.segmentation.pose import POSES, check_pose


@dataclass
class KnowsUpright:
    """A network that is certain of a bright body in the upper left corner, and less so elsewhere."""

    gain: float = 0.1

    def segment(self, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
        """Return body where it is bright, sure of it as it lies up and left."""
        mask = np.where(volume.voxels > 0.5, SpineClass.BODY, SpineClass.BACKGROUND).astype(np.uint8)
        _, rows, columns = np.nonzero(mask)
        up, left = (float(len(rows) and one.mean() < 50) for one in (rows, columns))
        return mask, np.full(mask.shape, 0.7 + self.gain * (up + left), dtype=np.float32)


def upright() -> Volume:
    voxels = np.zeros((1, 100, 100), dtype=np.float32)
    voxels[0, 10:30, 5:25] = 1.0
    return Volume(voxels, picture_grid((100, 100), 1.0))


def test_an_upright_picture_passes() -> None:
    check_pose(upright(), KnowsUpright())


@pytest.mark.parametrize("name", POSES)
def test_each_other_pose_is_refused_by_name(name: str) -> None:
    volume = upright()
    turned = volume.with_voxels(volume.voxels[POSES[name]].copy())
    with pytest.raises(InputError, match=f"looks {name}"):
        check_pose(turned, KnowsUpright())


def test_of_a_file_without_an_orientation_that_is_the_reason() -> None:
    volume = upright()
    silent = replace(volume, voxels=volume.voxels[:, ::-1].copy(), origin=VolumeOrigin(has_orientation=False))
    with pytest.raises(InputError, match=r"looks upside down; the file states no orientation"):
        check_pose(silent, KnowsUpright())


def test_a_small_difference_is_no_reason_to_refuse() -> None:
    volume = upright()
    check_pose(volume.with_voxels(volume.voxels[:, ::-1].copy()), KnowsUpright(gain=0.01))


@dataclass
class LostInPadding(KnowsUpright):
    """A network that is surer of a spine on its head wherever much padding surrounds it."""

    def segment(self, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
        """Return what is seen of the picture as it stands, or turned over."""
        wide = volume.grid.shape[2] > 150
        return super().segment(volume.with_voxels(volume.voxels[:, ::-1, ::-1]) if wide else volume)


def test_padding_does_not_turn_a_spine_over() -> None:
    voxels = 0.1 * np.random.default_rng(0).random((1, 100, 100), dtype=np.float32)
    voxels[0, 10:30, 5:25] = 1.0
    padded = np.pad(voxels, ((0, 0), (0, 0), (50, 50)))
    check_pose(Volume(padded, picture_grid((100, 200), 1.0)), LostInPadding())
