"""`deepspine build` on a phantom archive: the join of index, labels and frames, and its exit codes."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from deepspine.cli import main
from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.shards import stored_samples
from deepspine.data.dataset.silence import Silence, filled
from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level


def build(phantom: Path, out: Path, *extra: str, levels: Path | None = None) -> int:
    labels, truth = phantom / "truth" / "labels.csv", levels or phantom / "truth"
    arguments = ["--index", str(phantom / "index.parquet"), "--labels", str(labels), "--levels", str(truth)]
    return main(["build", *arguments, "--out", str(out), *extra])


def test_a_phantom_archive_becomes_a_dataset(phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(phantom, tmp_path, "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["added"], summary["failed"]) == (2, 0)
    samples = [stored.read() for stored in stored_samples(tmp_path)]
    assert len(samples) == sum(summary["samples"].values()) >= 10
    lowest = next(sample for sample in samples if sample.level is Level.L4_L5)
    assert lowest.presence == (True, True, True)
    assert ("canal_stenosis", Side.MIDLINE) in lowest.labels
    assert main(["check", str(tmp_path)]) == 0


def test_the_disc_of_a_phantom_is_dark_beside_the_bright_canal_behind_it(phantom: Path, tmp_path: Path) -> None:
    """On T2 the mean over mid-sagittal columns rises behind the disc: front is at the left, the back at the right."""
    assert build(phantom, tmp_path) == 0
    for sample in (stored.read() for stored in stored_samples(tmp_path)):
        middle = sample.crops["sagittal_t2"][4]
        disc, behind = middle[28:36, 15:30], middle[:, 48:62]
        assert np.nanmean(behind) > np.nanmean(disc) + 0.3


def test_a_root_belongs_to_an_archive_index(phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (phantom / "archive").rename(tmp_path / "moved")
    try:
        assert build(phantom, tmp_path / "set") == 2
        assert "no such archive; has it moved" in capsys.readouterr().err
        assert not (tmp_path / "set").exists()
        assert build(phantom, tmp_path / "set", "--root", str(tmp_path / "moved")) == 0
    finally:
        (tmp_path / "moved").rename(phantom / "archive")
    (tmp_path / "volumes.csv").write_text("study_key\n")
    assert build(phantom, tmp_path / "set", "--index", str(tmp_path / "volumes.csv"), "--root", str(tmp_path)) == 2
    assert "--root belongs to an archive index" in capsys.readouterr().err


def test_studies_without_levels_are_listed_and_too_many_of_them_is_exit_code_3(
    phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    levels = tmp_path / "levels"
    first = sorted(path for path in (phantom / "truth").iterdir() if path.is_dir())[0]
    shutil.copytree(first, levels / first.name)
    assert build(phantom, tmp_path / "set", levels=levels) == 3
    assert "1 of 2 inputs were rejected" in capsys.readouterr().err
    assert "no levels.json" in (tmp_path / "set" / "rejects.csv").read_text(encoding="utf-8")
    assert build(phantom, tmp_path / "set", "--max-reject-share", "0.5", levels=levels) == 0


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--silence", "golden"], "missing or normal"),
        (["--crop-preset", "huge"], "crop preset"),
        (["--axial-crop", "small"], "must be written like"),
        (["--shares", "1"], "shares"),
        (["--labels", "no.csv"], "no such file"),
        (["--index", "no.parquet"], "no index"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    extra: list[str], message: str, phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(phantom, tmp_path / "set", *extra) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert message in error[-1]


def test_damaged_levels_reject_the_study(phantom: Path, tmp_path: Path) -> None:
    levels = tmp_path / "levels"
    for place in (path for path in (phantom / "truth").iterdir() if path.is_dir()):
        (levels / place.name).mkdir(parents=True)
        (levels / place.name / "levels.json").write_text("{}")
    assert build(phantom, tmp_path / "set", levels=levels) == 3
    assert "no list `levels`" in (tmp_path / "set" / "rejects.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("center_lps", [0.0, 1.0], "must be 3 finite numbers"),
        ("center_lps", [0.0, 0.0, None], "must be 3 finite numbers"),
        ("endplates_lps", [[0.0, 0.0, 0.0]], "must be 2 x 3 finite numbers"),
        ("endplates_lps", [[0.0, 0.0, 0.0], [0.0, 0.0, float("nan")]], "must be 2 x 3 finite numbers"),
        ("plane_axes_lps", [1.0, 0.0, 0.0], "no list `levels`"),
        ("plane_axes_lps", [[1.0, 0.0, 0.0]], "no list `levels`"),
        ("confidence", 7, "must be in [0, 1]"),
        ("confidence", None, "no list `levels`"),
        ("name", 4, "level must be one of"),
    ],
)
def test_a_disc_without_a_place_rejects_its_study_and_no_other(
    phantom: Path, tmp_path: Path, key: str, value: object, reason: str
) -> None:
    levels = tmp_path / "levels"
    shutil.copytree(phantom / "truth", levels)
    path = sorted(levels.glob("*/levels.json"))[0]
    content = json.loads(path.read_text(encoding="utf-8"))
    content["levels"][1][key] = value
    path.write_text(json.dumps(content), encoding="utf-8")
    assert build(phantom, tmp_path / "set", "--max-reject-share", "0.5", levels=levels) == 0
    assert reason in (tmp_path / "set" / "rejects.csv").read_text(encoding="utf-8")
    assert len(list(Manifest.read(tmp_path / "set").studies)) == 1


def test_labels_that_readers_left_open_are_counted_and_teach_nothing(
    phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = LabelTable.read(phantom / "truth" / "labels.csv")
    opened = [key for key in table if (key.finding, key.level) == ("canal_stenosis", Level.L4_L5)]
    rest = LabelTable({key: grades for key, grades in table.items() if key not in opened}, opened)
    rest.write(tmp_path / "consensus.csv")
    out, keyed = tmp_path / "set", tmp_path / "keyed.csv"
    words = ["--silence", "normal", "--secret", str(tmp_path / "secret.txt"), "--labels-out", str(keyed)]
    assert build(phantom, out, "--labels", str(tmp_path / "consensus.csv"), *words) == 0
    assert f"consensus.csv: labels left open ('?'): {len(opened)};" in capsys.readouterr().err
    samples = [one.read() for one in stored_samples(out) if one.read().level is Level.L4_L5]
    assert samples
    for sample in samples:
        assert filled(sample, Silence.NORMAL)["canal_stenosis", Side.MIDLINE].is_unknown
    assert len(LabelTable.read(keyed).unsettled) == len(opened)


def test_with_a_secret_a_dataset_holds_no_key_of_the_archive(
    phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, out, labels = tmp_path / "secret.txt", tmp_path / "set", tmp_path / "labels.csv"
    assert build(phantom, out, "--secret", str(secret), "--labels-out", str(labels)) == 0
    index = ArchiveIndex.read(phantom / "index.parquet")
    names = {name for study in index.studies() for name in (study.study_key, study.patient_key, study.report_id)}
    for path in out.iterdir():
        content = path.read_bytes()
        assert not [name for name in names if name.encode() in content], path
    samples = [stored.read() for stored in stored_samples(out)]
    assert samples[0].labels
    assert {sample.report_id for sample in samples} == set(LabelTable.read(labels).report_ids)
    assert main(["check", str(out)]) == 0
    assert "made a new secret" in capsys.readouterr().err
    assert build(phantom, out, "--secret", str(secret)) == 0
    assert "made a new secret" not in capsys.readouterr().err
    assert build(phantom, out) == 2
    assert "another secret" in capsys.readouterr().err


def test_to_a_dataset_that_is_there_no_new_secret_is_made(
    phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(phantom, tmp_path / "set", "--secret", str(tmp_path / "secret.txt")) == 0
    assert build(phantom, tmp_path / "set", "--secret", str(tmp_path / "typo" / "secret.txt")) == 2
    assert "no such file" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


def test_replaced_labels_need_a_secret(phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(phantom, tmp_path / "set", "--labels-out", str(tmp_path / "labels.csv")) == 2
    assert "--labels-out needs" in capsys.readouterr().err


def test_crops_have_the_sizes_that_were_asked_for(phantom: Path, tmp_path: Path) -> None:
    assert build(phantom, tmp_path, "--sagittal-crop", "5x40x60/25x50x75", "--axial-crop", "2x30x30/8x60x60") == 0
    crops = max((one.read().crops for one in stored_samples(tmp_path)), key=len)
    assert {name: crop.shape for name, crop in crops.items()} == {
        "sagittal_t1": (5, 40, 60),
        "sagittal_t2": (5, 40, 60),
        "axial_t2": (2, 30, 30),
    }
    assert main(["check", str(tmp_path)]) == 0


def test_labels_of_other_studies_are_told(phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("report_id,level,finding,side,grades\nnobody,L4-L5,bulge,,mild\n", encoding="utf-8")
    assert build(phantom, tmp_path / "set", "--labels", str(table)) == 2
    assert "no study has labels" in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


def test_a_missing_folder_of_levels_is_told(phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(phantom, tmp_path / "set", levels=tmp_path / "nosuch") == 2
    assert f"no folder {tmp_path / 'nosuch'}" in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


def test_studies_whose_levels_are_missing_do_not_count_as_without_report(
    phantom: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "levels").mkdir()
    assert build(phantom, tmp_path / "set", "--json", levels=tmp_path / "levels") == 3
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert (summary["labelled"], summary["failed"]) == (2, 2)
    assert "no study has labels" not in printed.err
    assert "2 of 2 inputs were rejected" in printed.err
