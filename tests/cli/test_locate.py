"""`deepspine locate`: files that it writes, and what it says of spines that cannot be counted surely."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from dicom_files import WrittenSeries, write_slabs
from PIL import Image

from deepspine.cli import main
from deepspine.data.dicom.archive_index import index_archive
from deepspine.data.errors import InputError
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.segmentation.batch import find_inputs


@pytest.fixture(scope="module")
def study() -> PhantomStudy:
    """Return a phantom study whose lowest axial slab cuts a disc."""
    return generate_study(12)


@pytest.fixture
def axial_picture(study: PhantomStudy, tmp_path: Path) -> Path:
    """Write the middle slice of the lowest axial slab as a picture, 200 mm high as such pictures are taken to be."""
    _, scan = study.axial[-1]
    picture = scan.stored[len(scan.stored) // 2].astype(float)
    path = tmp_path / "axial.png"
    Image.fromarray((255 * picture / picture.max()).astype(np.uint8)).save(path)
    return path


def test_axial_slices_are_boxed(axial_picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "regions"
    assert main(["locate", str(axial_picture), "--out", str(out), "--axial", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rejected"] == 0
    (region,) = json.loads((out / "regions.json").read_text())["slices"]
    x0, y0, x1, y1 = region["box_xyxy"]
    width, height = Image.open(axial_picture).size
    assert 0 <= x0 < width / 2 < x1 <= width
    assert 0 <= y0 < y1 <= height
    assert 0.5 <= region["score"] <= 1.0
    assert (out / "overlay.png").is_file()
    assert not (out / "levels.json").exists()


def test_a_manifest_of_pictures_is_gone_through_and_a_bad_one_listed(
    study: PhantomStudy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = study.sagittal.t2.stored[len(study.sagittal.t2.stored) // 2].astype(float)
    Image.fromarray((255 * stored / stored.max()).astype(np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(f"path,weighting,spacing_mm\na.png,T2,{study.plan.pixel_mm}\nb.png,T1,\n", encoding="utf-8")
    out = tmp_path / "located"
    assert main(["locate", str(manifest), "--out", str(out), "--max-reject-share", "0.5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rejected"] == 1
    assert len(json.loads((out / "a" / "levels.json").read_text())["levels"]) >= 5
    assert "b" in (out / "rejects.csv").read_text()


def test_t1_and_t2_of_one_report_get_one_answer(study: PhantomStudy, tmp_path: Path) -> None:
    for name, scan in (("t1", study.sagittal.t1), ("t2", study.sagittal.t2)):
        stored = scan.stored[len(scan.stored) // 2].astype(float)
        Image.fromarray((255 * stored / stored.max()).astype(np.uint8)).save(tmp_path / f"{name}.png")
    pixel_mm = study.plan.pixel_mm
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(
        f"path,report_id,weighting,spacing_mm\nt1.png,r,T1,{pixel_mm}\nt2.png,r,T2,{pixel_mm}\n", encoding="utf-8"
    )
    assert main(["locate", str(manifest), "--out", str(tmp_path / "out")]) == 0
    one, other = (json.loads((tmp_path / "out" / name / "levels.json").read_text()) for name in ("t1", "t2"))
    assert one["levels"] == other["levels"]
    assert not any("one place" in warning for warning in (*one["warnings"], *other["warnings"]))


@pytest.fixture
def slabs(tmp_path: Path) -> Path:
    """Write a DICOM study whose axial series are two slabs; returns its folder."""
    write_slabs(tmp_path / "study" / "ax_t2")
    return tmp_path / "study"


def test_an_axial_series_of_several_slabs_is_boxed_slab_by_slab(slabs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["locate", str(slabs / "ax_t2"), "--out", str(out), "--axial"]) == 0
    written = json.loads((out / "regions.json").read_text())
    assert len(written["slices"]) == 6
    assert written["stacks"] == [3, 3]


def test_of_an_archive_s_index_the_axial_t2_is_boxed(slabs: Path, tmp_path: Path) -> None:
    WrittenSeries(name="sagittal", pixel_mm=(3.0, 3.0)).write(slabs / "sag_t2")
    index_archive(slabs).write(tmp_path / "index.parquet")
    (one,) = find_inputs([tmp_path / "index.parquet"], axial=True)
    assert [stack.grid.plane for stack in one.read()] == ["axial", "axial"]
    (one,) = find_inputs([tmp_path / "index.parquet"])
    assert [stack.grid.plane for stack in one.read()] == ["sagittal"]


def test_a_study_whose_slices_came_late_is_another_input(slabs: Path, tmp_path: Path) -> None:
    index = tmp_path / "index.parquet"
    late = sorted((slabs / "ax_t2").iterdir())[-1].rename(tmp_path / "late")

    def identity() -> str:
        index_archive(slabs).write(index)
        (one,) = find_inputs([index], axial=True)
        return one.identity()

    before = identity()
    assert identity() == before
    late.rename(slabs / "ax_t2" / "late.dcm")
    assert identity() != before


def test_an_archive_that_has_moved_is_read_at_its_new_root(slabs: Path, tmp_path: Path) -> None:
    index = tmp_path / "index.parquet"
    index_archive(slabs).write(index)
    slabs.rename(tmp_path / "moved")
    with pytest.raises(InputError, match="Give its folder with --root"):
        find_inputs([index], axial=True)[0].read()
    (one,) = find_inputs([index], axial=True, root=tmp_path / "moved")
    assert len(one.read()) == 2


def test_a_root_without_an_index_is_refused(
    axial_picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(axial_picture), "--root", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(["locate", *arguments]) == 2
    assert "--root belongs to an archive index" in capsys.readouterr().err


def test_a_folder_of_folders_of_pictures_gives_a_folder_for_each(axial_picture: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    for patient in ("p1", "p2"):
        (pictures / patient).mkdir(parents=True)
        (pictures / patient / "axial.png").write_bytes(axial_picture.read_bytes())
    (pictures / "README").write_text("a set of pictures", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["locate", str(pictures), "--out", str(out), "--axial"]) == 0
    assert sorted(path.relative_to(out) for path in out.rglob("regions.json")) == [
        Path("p1/axial/regions.json"),
        Path("p2/axial/regions.json"),
    ]


@pytest.mark.parametrize("place", ["axial.png", "previews/axial.png"])
def test_a_picture_in_a_dicom_folder_is_not_taken_for_the_study(tmp_path: Path, place: str) -> None:
    series, picture = tmp_path / "study" / "T2", tmp_path / "study" / place
    series.mkdir(parents=True)
    picture.parent.mkdir(exist_ok=True)
    (series / "1.2.840.17").write_bytes(b"\0" * 128 + b"DICM")
    picture.write_bytes(b"not looked at")
    assert [one.name for one in find_inputs([tmp_path / "study"])] == ["study"]


def test_folders_keep_the_dots_in_their_names(tmp_path: Path) -> None:
    folders = [tmp_path / "1.2.840.1", tmp_path / "1.2.840.2", tmp_path / "v1.nii"]
    for folder in folders:
        folder.mkdir()
    assert [one.name for one in find_inputs(folders)] == ["1.2.840.1", "1.2.840.2", "v1.nii"]


def test_files_are_named_without_the_suffix_of_a_volume_or_picture_alone(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("p.1.PNG", "q.nii.gz", "r.dcm", "1.2.3")]
    for file in files:
        file.touch()
    assert [one.name for one in find_inputs(files)] == ["p.1", "q", "r", "1.2.3"]


def test_inputs_of_one_name_are_told_apart_in_time_that_grows_with_their_number(tmp_path: Path) -> None:
    files = [tmp_path / str(number) / "t2.png" for number in range(3)]
    for file in files:
        file.parent.mkdir()
        file.touch()
    with pytest.raises(InputError, match=r"1 names stand for two inputs, the first is t2"):
        find_inputs(files)
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("path\n" + "".join(f"{number}.png\n" for number in range(20_000)), encoding="utf-8")
    begin_s = time.process_time()
    assert len(find_inputs([manifest])) == 20_000
    assert time.process_time() - begin_s < 4.0


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a.mha", "a.nii.gz", "b.png"], ["a.mha", "a.nii.gz", "b"]),
        (["p1/t2.PNG", "p1/t2.jpg", "p2/t2.png"], ["p1/t2.PNG", "p1/t2.jpg", "p2/t2"]),
        (["a.nii", "a.nii.gz", "a.nrrd"], ["a.nii", "a.nii.gz", "a.nrrd"]),
    ],
)
def test_files_that_differ_in_their_suffix_alone_keep_it(tmp_path: Path, files: list[str], names: list[str]) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    assert [one.name for one in find_inputs([tmp_path])] == names


def test_a_file_beside_a_folder_of_its_name_keeps_its_suffix(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study.png").touch()
    assert [one.name for one in find_inputs([tmp_path / "study", tmp_path / "study.png"])] == ["study", "study.png"]


def test_twins_in_a_folder_do_not_stop_the_rest(axial_picture: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a.png", "b.png"):
        (pictures / name).write_bytes(axial_picture.read_bytes())
    Image.open(axial_picture).save(pictures / "a.jpg")
    out = tmp_path / "out"
    assert main(["locate", str(pictures), "--out", str(out), "--axial"]) == 0
    assert {path.parent.name for path in out.glob("*/regions.json")} == {"a.jpg", "a.png", "b"}


def test_a_pixel_size_holds_for_the_rows_of_a_manifest_that_give_none(axial_picture: Path) -> None:
    axial_picture.with_name("other.png").write_bytes(axial_picture.read_bytes())
    manifest = axial_picture.with_name("manifest.csv")
    manifest.write_text("path,spacing_mm\naxial.png,\nother.png,0.5\n", encoding="utf-8")
    found = find_inputs([manifest], spacing_mm=0.9)
    assert [float(one.read()[0].spacing_mm[1]) for one in found] == [0.9, 0.5]


def test_the_detector_on_a_gpu_is_refused(
    axial_picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--method", "detection", "--device", "cuda", "--out", str(tmp_path / "out")]
    assert main(["locate", str(axial_picture), *options]) == 2
    assert "leave --device cuda out" in capsys.readouterr().err


def test_a_missing_axial_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["locate", str(tmp_path / "no.png"), "--out", str(tmp_path / "out"), "--axial"]) == 2
    assert "no.png" in capsys.readouterr().err


def test_four_and_six_lumbar_vertebrae_stay_hypotheses_with_a_probability(study: PhantomStudy, tmp_path: Path) -> None:
    """Without ribs nothing in view tells how many lumbar vertebrae there are: the share of people counts."""
    voxels = study.sagittal_t2.voxels
    picture = voxels[len(voxels) // 2]
    Image.fromarray((255 * picture / picture.max()).astype(np.uint8)).save(tmp_path / "t2.png")
    spacing_mm = str(float(study.sagittal_t2.spacing_mm[1]))
    assert main(["locate", str(tmp_path / "t2.png"), "--out", str(tmp_path / "out"), "--spacing-mm", spacing_mm]) == 0
    found = json.loads((tmp_path / "out" / "levels.json").read_text())
    hypotheses = found["hypotheses"]
    assert sum(one["probability"] for one in hypotheses) == pytest.approx(1.0, abs=0.01)
    by_reason = {one["reason"]: one for one in hypotheses}
    six = by_reason["the lowest disc is the lumbosacral one; six lumbar vertebrae (lumbarised S1)"]
    four = by_reason["the lowest disc is the lumbosacral one; four free lumbar vertebrae (sacralised L5)"]
    assert six["levels"][-1] == "L6-S1"
    assert four["levels"][-1] == "L4-L5"
    assert six["probability"] == pytest.approx(0.02, abs=0.005)
    assert four["probability"] == pytest.approx(0.02, abs=0.005)
    # What the user reads first holds that doubt, too.
    assert found["levels"][-1]["confidence"] <= 1 - six["probability"] - four["probability"] + 0.001


def test_warnings_are_told_on_the_console(
    study: PhantomStudy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a", "b"):
        middle = study.sagittal_t2.voxels[len(study.sagittal_t2.voxels) // 2]
        Image.fromarray((255 * middle / middle.max()).astype(np.uint8)).save(pictures / f"{name}.png")
    words = ["--lowest", "L4-L5", "--json"]
    for times in ("first", "again"):
        assert main(["locate", str(pictures / "a.png"), "--out", str(tmp_path / "one"), *words]) == 0, times
        told = capsys.readouterr()
        said = json.loads((tmp_path / "one" / "levels.json").read_text())["warnings"]
        assert said
        assert all(f"warning: {warning}" in told.err for warning in said)
        assert json.loads(told.out)["with_warnings"] == 1
    assert main(["locate", str(pictures), "--out", str(tmp_path / "both"), *words]) == 0
    assert "warnings of 2 of 2 inputs: see their levels.json" in capsys.readouterr().err


def test_voxels_beside_their_header_make_an_input_another(tmp_path: Path) -> None:
    (tmp_path / "t2.mhd").write_text("ElementDataFile = t2.raw\n")
    (tmp_path / "t2.raw").write_bytes(b"voxels")
    (one,) = find_inputs([tmp_path / "t2.mhd"])
    before = one.identity()
    assert one.identity() == before
    (tmp_path / "t2.raw").write_bytes(b"others")
    assert one.identity() != before


def test_a_study_of_an_archive_has_its_folder_even_when_it_is_the_only_one(slabs: Path, tmp_path: Path) -> None:
    """`deepspine build --levels` looks for the folder of the study's key."""
    index_archive(slabs).write(tmp_path / "index.parquet")
    (one,) = find_inputs([tmp_path / "index.parquet"], axial=True)
    assert main(["locate", str(tmp_path / "index.parquet"), "--axial", "--out", str(tmp_path / "regions")]) == 0
    assert (tmp_path / "regions" / one.name / "regions.json").is_file()


def test_answers_that_lie_beside_inputs_are_no_inputs(tmp_path: Path) -> None:
    for name in ("t2.nii.gz", "mask.nii.gz", "vertebrae.nii.gz", "overlay.png", "levels.json"):
        (tmp_path / name).touch()
    assert [one.name for one in find_inputs([tmp_path])] == ["t2"]


def test_pictures_of_kinds_that_are_not_read_are_inputs_that_are_refused(tmp_path: Path) -> None:
    Image.new("L", (64, 64)).save(tmp_path / "a.tif")
    Image.new("L", (64, 64)).save(tmp_path / "b.png")
    first, _ = find_inputs([tmp_path])
    with pytest.raises(InputError, match=r"suffix '\.tif'; expected one of"):
        first.read()
