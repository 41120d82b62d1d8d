"""From a volume to named discs, and the reasons for refusing one."""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from PIL import Image

from deepspine.data.errors import DeepspineError, InputError, NamingError
from deepspine.data.files import read_volume
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid
from deepspine.data.levels import Level
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume, VolumeOrigin
from deepspine.segmentation.batch import LocateInput, digest_of, locate_inputs
from deepspine.segmentation.classes import N_CLASSES
from deepspine.segmentation.evaluation import measurements
from deepspine.segmentation.inference import SegmentationNetwork, check_view, shipped_weights
from deepspine.segmentation.locate import Location, locate
from deepspine.segmentation.observations import Observations, is_flagged, judge_picture, observe, unseen_by
from deepspine.segmentation.output import canal_ap_mm, write_location
from deepspine.segmentation.partial_labels import DiscBox
from deepspine.segmentation.training_sets import segmentation_fold_of

ROWS, COLUMNS = 280, 200
SAGITTAL = [LEFT, -SUPERIOR, POSTERIOR]
L5_S1_TILT = 0.5


@dataclass
class Painted:
    """A network that sees what the test painted."""

    mask: np.ndarray

    def segment(self, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
        """Return the painting."""
        return self.mask, np.full(self.mask.shape, 0.95, dtype=np.float32)


class PaintedBlocks(Painted):
    """A painted network that finds boxes."""

    paints_blocks: ClassVar[bool] = True


class PaintedWithCard(Painted):
    """A painted network that learned from nobody."""

    card: ClassVar[dict[str, object]] = {}


def volume(shape: tuple[int, int, int] = (1, ROWS, COLUMNS), axes: list[np.ndarray] = SAGITTAL) -> Volume:
    grid = Grid.from_axes(shape, origin_lps=(0, 0, 0), axes_lps=axes, spacing_mm=(4.0, 1.0, 1.0))
    voxels = np.random.default_rng(0).random(shape, dtype=np.float32)
    return Volume(voxels, grid)


def painted_neck() -> np.ndarray:
    """Eight small bodies and discs, 18 mm apart, no sacrum."""
    mask = np.zeros((1, ROWS, COLUMNS), dtype=np.uint8)
    for index in range(8):
        top = 20 + 18 * index
        mask[0, top : top + 13, 90:107] = SpineClass.BODY
        mask[0, top + 13 : top + 18, 90:107] = SpineClass.DISC
    return mask


def painted_spine(n_discs: int = 5, *, sacrum: bool = True) -> np.ndarray:
    """Bodies and discs from row 10 down, the lowest disc tilted down in front, sacrum behind and below it."""
    mask = np.zeros((1, ROWS, COLUMNS), dtype=np.uint8)
    rows, columns = np.indices((ROWS, COLUMNS))
    column = (columns >= 80) & (columns < 120)
    for index in range(n_discs):
        top = 10 + 35 * index
        tilt = (100 - columns) * (L5_S1_TILT if index == n_discs - 1 else 0.0)
        mask[0][column & (rows >= top) & (rows < top + 25 + tilt)] = SpineClass.BODY
        mask[0][column & (rows >= top + 25 + tilt) & (rows < top + 35 + tilt)] = SpineClass.DISC
    if sacrum:
        end = 10 + 35 * n_discs + (100 - columns) * L5_S1_TILT
        mask[0][(columns >= 82) & (columns < 125) & (rows >= end) & (rows < end + 30)] = SpineClass.SACRUM
    return mask


def located(**options: Level | None) -> Location:
    return locate(volume(), network=Painted(painted_spine()), **options)


def test_five_discs_over_a_sacrum_are_the_lumbar_ones() -> None:
    frames = located().frames
    assert [frame.level for frame in frames] == [
        Level.L1_L2, Level.L2_L3, Level.L3_L4, Level.L4_L5, Level.L5_S1,
    ]  # fmt: skip
    assert not is_flagged(located())


def test_a_frame_lies_in_the_middle_of_its_disc_and_is_as_high() -> None:
    frame = located().frames[1]
    assert np.allclose(frame.center_lps, [0.0, 99.5, -74.5], atol=0.5)
    assert frame.height_mm == pytest.approx(10.0, abs=1.5)
    assert frame.axes_lps[2] @ SUPERIOR > 0.95


def test_a_disc_reaches_to_the_edges_of_its_voxels() -> None:
    """Ten rows of 1 mm are 10 mm high, not the 9 mm between the first and the last row's middle."""
    assert located().frames[1].height_mm == pytest.approx(10.0, abs=0.5)


@pytest.mark.parametrize(("n_discs", "assumed", "is_told"), [(3, True, True), (5, True, False), (3, False, False)])
def test_a_picture_with_few_discs_says_that_its_size_is_doubtful(n_discs: int, assumed: bool, is_told: bool) -> None:
    picture = replace(volume(), origin=VolumeOrigin(has_patient_space=False, spacing_is_assumed=assumed))
    warnings = locate(picture, network=Painted(painted_spine(n_discs))).warnings
    assert any("pixel size is taken from 3 discs" in one for one in warnings) is is_told


def pitched(turn_deg: float) -> Volume:
    """Return the volume with its upper end turned to the front by some degrees."""
    cos, sin = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    return volume(axes=[LEFT, -(cos * SUPERIOR - sin * POSTERIOR), cos * POSTERIOR + sin * SUPERIOR])


@pytest.mark.parametrize("turn_deg", [-30.0, -15.0, 15.0, 30.0])
def test_a_turned_spine_bears_the_names_of_an_upright_one(turn_deg: float) -> None:
    turned = locate(pitched(turn_deg), network=Painted(painted_spine()))
    assert [frame.level for frame in turned.frames] == [frame.level for frame in located().frames]
    assert min(frame.confidence for frame in turned.frames) > 0.9


def test_a_spine_that_leans_as_none_does_is_told() -> None:
    (told,) = locate(pitched(30.0), network=Painted(painted_spine())).warnings
    assert "degrees farther to the front than usual" in told
    assert not is_flagged(locate(pitched(10.0), network=Painted(painted_spine())))


@pytest.mark.parametrize(("pixel_mm", "is_told"), [(1.0, False), (2.1, True)])
def test_pixels_too_coarse_for_what_is_graded_are_told(pixel_mm: float, is_told: bool) -> None:
    grid = Grid.from_axes((1, ROWS, COLUMNS), origin_lps=(0, 0, 0), axes_lps=SAGITTAL, spacing_mm=(4.0, pixel_mm, 1.0))
    picture = Volume(volume().voxels, grid)
    warnings = locate(picture, network=Painted(painted_spine())).warnings
    assert any("too coarse" in one for one in warnings) is is_told


def test_the_user_s_word_for_the_lowest_disc_counts_and_is_told_where_the_picture_shows_another() -> None:
    location = located(lowest=Level.L4_L5)
    assert [frame.level for frame in location.frames][-1] is Level.L4_L5
    assert [one for one in location.warnings if "as you say; the picture shows L5-S1" in one]
    assert not [one for one in located(lowest=Level.L5_S1).warnings if "as you say" in one]


def test_bodies_are_named_after_their_discs() -> None:
    location = located()
    assert [one.name.value for one in location.vertebrae] == ["L1", "L2", "L3", "L4", "L5", "S1"]
    assert set(np.unique(location.vertebra_map)) == {0, 1, 2, 3, 4, 5, 6}


def test_the_body_of_s1_is_sacrum_near_the_lowest_disc_and_no_more() -> None:
    mask = painted_spine()
    mask[0, 215:275, 110:140] = SpineClass.SACRUM
    location = locate(volume(), network=Painted(mask))
    s1 = location.vertebra_map == location.vertebrae[-1].label
    assert (mask[s1] == SpineClass.SACRUM).all()
    assert s1[0, 195, 100]
    assert not s1[0, 250:].any()


def test_without_a_sacrum_there_is_no_s1() -> None:
    location = locate(volume(), network=Painted(painted_spine(sacrum=False)), lowest=Level.L5_S1)
    assert "S1" not in [one.name.value for one in location.vertebrae]


def test_a_blob_in_the_pelvis_changes_no_name() -> None:
    mask = painted_spine()
    mask[0, 255:270, 40:70] = SpineClass.DISC
    frames = locate(volume(), network=Painted(mask)).frames
    assert [frame.level for frame in frames][-1] is Level.L5_S1
    assert len(frames) == 5


def test_voxels_without_a_value_are_counted_in_a_warning() -> None:
    holed = volume()
    holed.voxels[0, 5, :7] = np.nan
    assert any("7 voxels" in warning for warning in locate(holed, network=Painted(painted_spine())).warnings)


def test_voxels_that_had_no_value_in_the_file_are_told(tmp_path: Path) -> None:
    holed = volume().voxels.copy()
    holed[0, 5, :7] = np.nan
    image = SimpleITK.GetImageFromArray(holed)
    image.SetSpacing((1.0, 1.0, 4.0))
    image.SetDirection(np.stack(SAGITTAL[::-1]).T.ravel().tolist())
    SimpleITK.WriteImage(image, str(tmp_path / "t2.mha"))
    read = read_volume(tmp_path / "t2.mha")
    assert "7 voxels without a value" in locate(read, network=Painted(painted_spine())).warnings[0]


def inputs_of(*shapes: tuple[int, int, int]) -> list[LocateInput]:
    """Return inputs of one name each, told apart by the size of their volumes."""
    return [
        LocateInput(f"n{index}", lambda shape=shape: [volume(shape)], identity=lambda shape=shape: str(shape))
        for index, shape in enumerate(shapes)
    ]


def test_an_answer_is_given_again_when_what_decides_it_changed(tmp_path: Path) -> None:
    def run(inputs: list[LocateInput], **options: Any) -> int:
        done = locate_inputs(inputs, tmp_path, network=Painted(painted_spine()), **options)
        assert not len(done.rejects)
        return done.n_there

    def lowest() -> str:
        return json.loads((tmp_path / "levels.json").read_text())["levels"][-1]["name"]

    same, other = inputs_of((1, ROWS, COLUMNS)), [replace(inputs_of((1, ROWS, COLUMNS))[0], identity=lambda: "other")]
    assert run(same) == 0
    assert run(same) == 1
    assert run(same, lowest=Level.L4_L5) == 0
    assert lowest() == "L4-L5"
    assert run(same) == 0
    assert lowest() == "L5-S1"
    assert run(same, settings={"weights": "of mine"}) == 0
    assert run(other, settings={"weights": "of mine"}) == 0
    assert run([replace(other[0], spacing_mm=0.5)], settings={"weights": "of mine"}) == 0
    assert run(same) == 0
    text = (tmp_path / "levels.json").read_text()
    (tmp_path / "levels.json").write_text(text.replace('"deepspine ', '"deepspine 0.0.1 before '))
    assert run(same) == 0


def test_the_answer_for_another_input_does_not_stay_where_one_was_refused(tmp_path: Path) -> None:
    inputs = inputs_of((1, ROWS, COLUMNS))
    locate_inputs(inputs, tmp_path, network=Painted(painted_spine()))
    done = locate_inputs(
        inputs, tmp_path, network=Painted(np.zeros((1, ROWS, COLUMNS), np.uint8)), settings={"weights": "blind"}
    )
    assert len(done.rejects) == 1
    assert not list(tmp_path.iterdir())


def test_files_of_one_name_are_told_apart_by_their_content(tmp_path: Path) -> None:
    for folder, content in (("p1", b"one"), ("p2", b"two"), ("p3", b"one")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "t2.nii").write_bytes(content)
    first, second, third = (digest_of([tmp_path / folder / "t2.nii"]) for folder in ("p1", "p2", "p3"))
    assert first == third != second


def test_a_disc_that_was_counted_and_not_found_is_told() -> None:
    mask = painted_spine()
    mask[0, 105:115] = np.where(mask[0, 105:115] == SpineClass.DISC, SpineClass.BODY, mask[0, 105:115])
    location = locate(volume(), network=Painted(mask))
    assert [frame.level for frame in location.frames] == [Level.L1_L2, Level.L2_L3, Level.L4_L5, Level.L5_S1]
    assert any("between L2-L3 and L4-L5" in warning for warning in location.warnings)


def test_a_missed_lumbosacral_disc_is_told_and_shifts_no_name() -> None:
    mask = painted_spine()
    rows, columns = np.nonzero(mask[0] == SpineClass.DISC)
    lowest = rows > 165
    mask[0, rows[lowest], columns[lowest]] = SpineClass.BODY
    location = locate(volume(), network=Painted(mask))
    assert [frame.level for frame in location.frames] == [Level.L1_L2, Level.L2_L3, Level.L3_L4, Level.L4_L5]
    assert any("no lumbosacral disc was found" in warning for warning in location.warnings)


def with_small_lowest_disc(*, steep: bool) -> NDArray[np.uint8]:
    """Return a spine whose lowest disc is less than half as large as others; `steep` tilts it and the one above."""
    mask = painted_spine()
    lowest = np.argwhere(mask[0] == SpineClass.DISC)
    for row, column in lowest[(lowest[:, 0] > 160) & ((lowest[:, 1] < 92) | (lowest[:, 1] > 108))]:
        mask[0, row, column] = SpineClass.SACRUM
    if steep:
        for column in range(COLUMNS):
            mask[0, 130:, column] = np.roll(mask[0, 130:, column], round(0.45 * (100 - column)))
    return mask


def test_a_small_steep_lowest_disc_in_the_sacrum_is_taken_for_a_rudimentary_one() -> None:
    location = locate(volume(), network=Painted(with_small_lowest_disc(steep=True)))
    assert [frame.level for frame in location.frames][-2:] == [Level.L5_S1, Level.S1_S2]
    assert any(hypothesis.levels[-1] is Level.L5_S1 for hypothesis in location.hypotheses)


def test_a_rim_below_what_is_shown_does_not_move_the_middle_of_the_picture() -> None:
    """Lumbar pictures are centred on L3, which weighs between two ways to count: a rim shows nothing."""
    shown, rim = volume(), ((0, 0), (0, 60), (0, 0))
    padded = Volume(np.pad(shown.voxels, rim), replace(shown.grid, shape=(1, ROWS + 60, COLUMNS)))
    longer = Volume(np.pad(shown.voxels, rim, mode="reflect"), padded.grid)
    mask = with_small_lowest_disc(steep=True)
    alone = locate(shown, network=Painted(mask)).hypotheses
    with_rim, with_more = (locate(one, network=Painted(np.pad(mask, rim))).hypotheses for one in (padded, longer))
    assert [one.probability for one in with_rim] == pytest.approx([one.probability for one in alone])
    assert with_more[0].probability != pytest.approx(alone[0].probability)


def test_how_short_a_disc_is_does_not_count_where_blocks_stand_for_discs() -> None:
    mask = with_small_lowest_disc(steep=True)
    outlined, blocks = (locate(volume(), network=one).hypotheses for one in (Painted(mask), PaintedBlocks(mask)))
    rudimentary = [
        sum(one.probability for one in hypotheses if one.levels[-1] is Level.S1_S2) for hypotheses in (outlined, blocks)
    ]
    assert rudimentary[1] < rudimentary[0]


def test_a_small_lowest_disc_under_a_flat_one_is_a_collapsed_one_and_comes_with_a_warning() -> None:
    location = locate(volume(), network=Painted(with_small_lowest_disc(steep=False)))
    assert [frame.level for frame in location.frames][-2:] == [Level.L4_L5, Level.L5_S1]
    assert any("the lowest disc is small" in warning for warning in location.warnings)


def test_a_neck_that_is_named_by_the_user_is_told_to_be_small() -> None:
    warnings = locate(volume(), network=Painted(painted_neck()), lowest=Level.L5_S1).warnings
    assert any("18 mm apart" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("mask", "reason"),
    [
        (np.zeros((1, ROWS, COLUMNS), dtype=np.uint8), "found 0 discs"),
        (painted_spine(2), "found 2 discs"),
        (painted_spine(sacrum=False), "no lumbosacral junction in view"),
        (painted_spine()[:, ::-1], "no lumbosacral junction in view"),
        (painted_neck(), "no lumbosacral junction in view"),
    ],
    ids=["nothing of a spine", "three vertebrae in view", "cut above the sacrum", "upside down", "a neck"],
)
def test_what_cannot_be_named_is_refused_with_a_reason(mask: np.ndarray, reason: str) -> None:
    with pytest.raises(NamingError, match=reason):
        locate(volume(), network=Painted(mask))


def random_scores(slices: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).random((len(slices), N_CLASSES, *slices.shape[2:]), dtype=np.float32)


@pytest.fixture(scope="module")
def untrained() -> SegmentationNetwork:
    """Return a network that answers at random: what it refuses, it refuses before looking."""
    return SegmentationNetwork(random_scores, {"input": {"pixel_mm": 1.0}})


@pytest.mark.parametrize("axes", [[POSTERIOR, -SUPERIOR, LEFT], [-SUPERIOR, POSTERIOR, LEFT]], ids=["coronal", "axial"])
def test_other_planes_are_refused_by_name(untrained: SegmentationNetwork, axes: list[np.ndarray]) -> None:
    with pytest.raises(InputError, match="must be sagittal"):
        untrained.segment(volume((3, 128, 128), axes))


def test_a_field_of_view_of_two_vertebrae_is_refused(untrained: SegmentationNetwork) -> None:
    with pytest.raises(InputError, match="field of view"):
        untrained.segment(volume((1, 64, 128)))


def test_noise_gives_a_reason_and_no_names(untrained: SegmentationNetwork) -> None:
    with pytest.raises(DeepspineError):
        locate(volume((1, 128, 128)), network=untrained)


def test_weights_that_do_not_fit_are_named(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("{}")
    (tmp_path / "w.safetensors").write_bytes(b"not weights")
    with pytest.raises(InputError, match=r"w\.safetensors"):
        SegmentationNetwork.load(tmp_path / "w.safetensors")


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"input": 0.8}'])
def test_a_card_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    shutil.copy(shipped_weights(), tmp_path / "model.safetensors")
    (tmp_path / "model.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"model\.json: no card"):
        SegmentationNetwork.load(tmp_path / "model.safetensors")


def test_a_refused_view_is_put_down_to_what_the_file_left_open() -> None:
    axial = volume((9, 64, 64), axes=[SUPERIOR, POSTERIOR, LEFT])
    with pytest.raises(InputError, match="sagittal, got a stack of axial slices; the file states no orientation"):
        check_view(replace(axial, origin=VolumeOrigin(has_orientation=False)))
    small = volume((1, 64, 64))
    with pytest.raises(InputError, match="is the pixel size right"):
        check_view(small)
    with pytest.raises(InputError, match="say the pixel size if you know it"):
        check_view(replace(small, origin=VolumeOrigin(spacing_is_assumed=True)))


def test_the_shipped_weights_say_where_they_come_from() -> None:
    card = SegmentationNetwork.load().card
    assert {"spider_space", "sudirman"} <= set(card["data"])
    assert "CC BY 4.0" in card["data"]["sudirman"]


def test_the_files_hold_levels_in_voxels_and_in_the_patient(tmp_path: Path) -> None:
    write_location(located(), volume(), tmp_path)
    values = json.loads((tmp_path / "levels.json").read_text())
    lowest = values["levels"][-1]
    assert lowest["name"] == "L5-S1"
    assert lowest["center_rc"] == lowest["center_ijk"][1:]
    assert {"mask.nii.gz", "vertebrae.nii.gz", "overlay.png"} <= {path.name for path in tmp_path.iterdir()}


def test_the_place_of_a_disc_in_the_patient_follows_from_its_place_in_the_volume(tmp_path: Path) -> None:
    write_location(located(), volume(), tmp_path)
    values = json.loads((tmp_path / "levels.json").read_text())
    for level in values["levels"]:
        found = np.array(values["lps_from_ijk"]) @ [*level["center_ijk"], 1.0]
        assert np.allclose(found[:3], level["center_lps"], atol=0.02)


@pytest.mark.parametrize("turn_deg", [-20.0, 0.0, 20.0])
def test_a_patient_who_lies_turned_has_no_narrower_canal(turn_deg: float) -> None:
    """A canal of three slices, 15 mm deep: lines that leave the slices would leave the canal at its side."""
    mask = np.repeat(painted_spine(), 9, axis=0)
    mask[3:6, :190, 122:137] = SpineClass.CANAL
    cos, sin = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    turned = volume((9, ROWS, COLUMNS), [cos * LEFT + sin * POSTERIOR, -SUPERIOR, cos * POSTERIOR - sin * LEFT])
    found = locate(turned, network=Painted(mask))
    depths = [canal_ap_mm(found, frame, turned) for frame in found.frames[:4]]
    assert depths == pytest.approx([15.0] * 4, abs=1.0)


def test_a_disc_higher_than_discs_are_is_told() -> None:
    """As where two melt into one, or a black hole is taken for disc."""
    mask = painted_spine()
    mask[0, 88:117, 80:120][mask[0, 88:117, 80:120] == SpineClass.BODY] = SpineClass.DISC
    (told,) = (one for one in locate(volume(), network=Painted(mask)).warnings if "higher than" in one)
    assert "L3-L4 (" in told
    assert not any("higher than" in one for one in located().warnings)
    counted_higher = locate(volume(), network=Painted(mask), lowest=Level.T12_L1)
    assert not any("higher than" in one for one in counted_higher.warnings), "heights above T12-L1 are not read"
    blocks = locate(volume(), network=PaintedBlocks(mask))
    assert not any("higher than" in one for one in blocks.warnings), "blocks are as high as their boxes"


def test_a_picture_is_right_when_every_box_holds_its_disc() -> None:
    boxes = [DiscBox(78, 30 + 35 * index, 122, 50 + 35 * index) for index in range(5)][::-1]
    judged = judge_picture("t2", boxes, volume(), Painted(painted_spine()))
    assert judged.in_box == (True,) * 5
    assert judged.all_named
    shifted = [*boxes[1:], DiscBox(78, 5, 122, 10)]
    assert not judge_picture("t2", shifted, volume(), Painted(painted_spine())).all_named


def test_a_refused_picture_counts_as_wrong_and_flagged() -> None:
    boxes = [DiscBox(78, 30 + 35 * index, 122, 50 + 35 * index) for index in range(5)][::-1]
    judged = judge_picture("t1", boxes, volume(), Painted(painted_spine(sacrum=False)))
    assert judged.flagged
    assert not judged.all_named


def test_a_picture_is_measured_alone_and_beside_its_patient_s_other_contrast(tmp_path: Path) -> None:
    folder = tmp_path / "sudirman"
    (folder / "images").mkdir(parents=True)
    pictures = [("1", "t1"), ("1", "t2"), ("2", "t1"), ("3", "t2"), ("3", "t2b")]
    for patient, modality in pictures:
        Image.fromarray(np.eye(ROWS, COLUMNS, dtype=np.uint8)).save(folder / "images" / f"{patient}_{modality}.png")
    listed = "".join(f"{patient},{modality},{patient}_{modality}.png\n" for patient, modality in pictures)
    (folder / "images.csv").write_text("patient,modality,file\n" + listed, encoding="utf-8")
    boxed = "".join(
        f"{patient},{modality},78,{30 + 35 * index},122,{50 + 35 * index},normal\n"
        for patient, modality in pictures
        for index in range(5)
    )
    (folder / "boxes.csv").write_text("patient,modality,x0,y0,x1,y1,class\n" + boxed, encoding="utf-8")
    observed = observe(tmp_path, PaintedWithCard(painted_spine()))
    assert Observations.from_json(json.loads(json.dumps(observed.to_json()))) == observed
    measured = {(row.dataset, row.measure): (row.value, row.n) for row in measurements([observed])}
    named = "pictures with all names right"
    assert measured["sudirman T1", named] == (1.0, 2)
    assert measured["sudirman T1 in a pair", named] == (1.0, 1)
    assert measured["sudirman T2", named] == (1.0, 3)
    assert measured["sudirman T2 in a pair", named] == (1.0, 1)


def test_only_the_held_fold_is_unseen() -> None:
    keep = unseen_by(SegmentationNetwork(random_scores, {"n_folds": 5, "held_fold": 2}))
    keys = [f"sudirman:{number:04d}" for number in range(100)]
    assert [keep(key) for key in keys] == [segmentation_fold_of(key, 5) == 2 for key in keys]
