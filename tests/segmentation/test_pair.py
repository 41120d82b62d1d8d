"""T1 and T2 of one spine get one answer; pictures of two places do not."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from drawn_spine import SHAPE, spine

from deepspine.data.geometry import Grid, Plane
from deepspine.data.orientation import DISPLAY_AXES_LPS
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation.batch import find_inputs
from deepspine.segmentation.pair import lies_on, seen_together
from deepspine.segmentation.second_look import look_at


@dataclass
class Reading:
    """Takes the grey levels of a volume for its mask."""

    of_disc: float = 0.95
    of_bone: float = 0.8

    def segment(self, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
        """Return class and certainty."""
        mask = volume.voxels.astype(np.uint8)
        return mask, np.where(mask == SpineClass.DISC, self.of_disc, self.of_bone).astype(np.float32)


def showing(mask: np.ndarray) -> Volume:
    grid = Grid.from_axes(
        mask.shape,
        origin_lps=(0.0, 0.0, 0.0),
        axes_lps=DISPLAY_AXES_LPS[Plane.SAGITTAL],
        spacing_mm=(4.0, 1.0, 1.0),
    )
    return Volume(mask.astype(np.float32), grid)


@pytest.mark.parametrize("of_bone", [0.8, 0.99], ids=["doubtful bone", "bone that is surer than the disc"])
def test_a_disc_that_one_contrast_takes_for_bone_is_found_in_both(of_bone: float) -> None:
    t1, t2 = showing(spine(without=(2,))), showing(spine())
    network = Reading(of_bone=of_bone)
    assert look_at(t1, network).n_missing == 1
    looks = [look_at(one, network, other=other) for one, other in ((t1, t2), (t2, t1))]
    assert [look.n_missing for look in looks] == [0, 0]
    assert np.array_equal(looks[0].mask, looks[1].mask)
    assert not any(look.alone for look in looks)


@pytest.mark.parametrize(
    "other",
    [np.roll(spine(), 30, axis=2), np.zeros((3, 260, 120), np.uint8), np.zeros((1, 120, 260), np.uint8)],
    ids=["moved", "more slices", "another shape"],
)
def test_a_picture_of_another_place_is_left_out(other: np.ndarray) -> None:
    mask = spine()
    look = look_at(showing(mask), Reading(), other=showing(other))
    assert look.alone
    assert np.array_equal(look.mask, mask)


def test_certainty_is_the_mean_where_both_agree_and_less_where_they_do_not() -> None:
    sure, doubtful = np.full(SHAPE, 0.9, np.float32), np.full(SHAPE, 0.6, np.float32)
    together = seen_together((spine(), sure), (spine(without=(2,)), doubtful))
    assert together is not None
    mask, certainty = together
    assert np.array_equal(mask, spine())
    agree = spine() == spine(without=(2,))
    assert certainty[agree] == pytest.approx(0.75)
    assert certainty[~agree] == pytest.approx(0.65)


def test_a_picture_of_fewer_pixels_is_laid_on_the_same_field_of_view() -> None:
    small = showing(np.repeat(np.arange(130, dtype=np.uint8)[None, :, None], 60, axis=2))
    laid = lies_on(showing(spine()), small)
    assert laid is not None
    assert laid.voxels[0, 100, 0] == pytest.approx(49.75, abs=0.01)


def test_pictures_of_one_report_in_a_manifest_are_a_pair_and_others_are_not(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(
        "path,patient_key,report_id,plane,weighting\n"
        "a1.png,p,r,,T1\na2.png,p,r,,T2\na3.png,p,r,axial,T2\n"
        "b1.png,p,s,,T1\nb2.png,q,s,,T2\n"
        "c1.png,,,,T1\nc2.png,,,,T2\n"
        "d1.png,u,,,T2\nd2.png,u,,,T2\n",
        encoding="utf-8",
    )
    assert [one.name for one in find_inputs([manifest]) if one.read_other] == ["a1", "a2"]
