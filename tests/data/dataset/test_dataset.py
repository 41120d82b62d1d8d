"""Datasets: built once, extended by what is new, sound or told why not."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.cli import main
from deepspine.data.crops import CropPreset, CropSpec
from deepspine.data.dataset.build import BuildResult, build_dataset, labels_by_report
from deepspine.data.dataset.check import check_dataset
from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.sample import Sample, decode, encode
from deepspine.data.dataset.shards import stored_samples
from deepspine.data.dataset.silence import Silence, filled
from deepspine.data.dataset.splits import SPLITS, fold_of, parse_shares, split_of
from deepspine.data.dataset.storage import Folder
from deepspine.data.dataset.studies import StudyImages, StudySource, standardised
from deepspine.data.deidentify.secret import keyed
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import LEFT, POSTERIOR, SUPERIOR, Grid, Plane
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.data.volume import Volume

PRESET = CropPreset(
    "test",
    CropSpec(Plane.SAGITTAL, (3, 12, 12), (12.0, 36.0, 36.0)),
    CropSpec(Plane.AXIAL, (2, 12, 12), (8.0, 36.0, 36.0)),
)
LEVELS = (Level.L4_L5, Level.L5_S1)


def source(number: int, *, fails: bool = False) -> StudySource:
    """Return a study of two discs 35 mm apart whose pictures are noise; the axial slab reaches L4-L5 only."""
    rng = np.random.default_rng(number)

    def volume(axes: Sequence[np.ndarray], shape: tuple[int, int, int], middle: np.ndarray) -> Volume:
        spacing = np.array([4.0, 2.0, 2.0])
        origin = middle - (np.array(shape) - 1) / 2 * spacing @ np.array(axes)
        grid = Grid.from_axes(shape, origin_lps=origin, axes_lps=axes, spacing_mm=spacing)
        return Volume(rng.normal(size=shape).astype(np.float32), grid)

    def images() -> StudyImages:
        if fails:
            raise InputError("a damaged series")
        sagittal = [volume([LEFT, -SUPERIOR, POSTERIOR], (7, 60, 40), np.zeros(3))]
        axial = [volume([SUPERIOR, POSTERIOR, LEFT], (4, 40, 40), np.zeros(3))]
        return StudyImages({"sagittal_t2": standardised(sagittal), "axial_t2": standardised(axial)})

    frames = [
        LevelFrame(level, 0.9, center, np.array([LEFT, POSTERIOR, SUPERIOR]), np.array([center, center]))
        for level, center in zip(LEVELS, (np.zeros(3), -35 * SUPERIOR), strict=True)
    ]
    return StudySource(f"study{number}", f"patient{number // 2}", f"r{number}", lambda: frames, images)


def labels(numbers: Sequence[int]) -> LabelTable:
    canal, foramen = FINDINGS["canal_stenosis"], FINDINGS["foraminal_stenosis"]
    return LabelTable(
        {
            LabelKey(f"r{number}", Level.L4_L5, finding.name, side): GradeSet.parse(finding, "mild|moderate")
            for number in numbers
            for finding, side in ((canal, Side.MIDLINE), (foramen, Side.LEFT))
        }
    )


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., BuildResult]:
    def run(n: int, **options: object) -> BuildResult:
        table = labels(range(n))
        return build_dataset([source(i) for i in range(n)], table, tmp_path / "set", preset=PRESET, **options)  # type: ignore[arg-type]

    return run


def test_a_dataset_holds_every_level_with_its_crops_and_labels(
    build: Callable[..., BuildResult], tmp_path: Path
) -> None:
    result = build(8)
    samples = [stored.read() for stored in stored_samples(tmp_path / "set")]
    assert len(samples) == 16
    assert result.manifest.counts().keys() <= set(SPLITS)
    upper = next(sample for sample in samples if sample.level is Level.L4_L5)
    lower = next(sample for sample in samples if sample.level is Level.L5_S1)
    assert upper.presence == (False, True, True)
    assert lower.presence == (False, True, False)
    assert str(upper.labels[("foraminal_stenosis", Side.LEFT)]) == "mild|moderate"
    assert not lower.labels
    assert lower.reported
    assert check_dataset(tmp_path / "set") == []


@pytest.mark.parametrize(("n_columns", "kept"), [(40, True), (22, False)])
def test_a_crop_of_which_the_picture_shows_less_than_half_is_left_out(
    n_columns: int, kept: bool, tmp_path: Path
) -> None:
    """The disc lies in a corner: the picture ends 3 mm below its centre, and 40 or 4 mm behind it."""
    whole, shown = source(0), (7, 36, n_columns)

    def images() -> StudyImages:
        (volume,) = whole.images().volumes["sagittal_t2"]
        cut = Volume(volume.voxels[:, : shown[1], : shown[2]], Grid(shown, volume.grid.affine))
        return StudyImages({"sagittal_t2": [cut]})

    lower = replace(whole.frames()[0], center_lps=np.array([0.0, 0.0, -10.0]))
    one = replace(whole, frames=lambda: [lower], images=images)
    result = build_dataset([one], labels([0]), tmp_path, preset=PRESET)
    assert sum(split["samples"] for split in result.manifest.counts().values()) == int(kept)


def test_equal_inputs_give_equal_bytes(build: Callable[..., BuildResult], tmp_path: Path) -> None:
    first = build(4).manifest
    again = build_dataset([source(i) for i in range(4)], labels(range(4)), tmp_path / "again", preset=PRESET).manifest
    assert [shard.sha256 for shard in first.shards] == [shard.sha256 for shard in again.shards]


def test_a_second_build_adds_only_new_studies_and_leaves_old_shards_alone(
    build: Callable[..., BuildResult], tmp_path: Path
) -> None:
    before = build(4).manifest.shards
    result = build(10)
    assert result.added == tuple(f"study{i}" for i in range(4, 10))
    assert len(result.kept) == 4
    assert result.manifest.shards[: len(before)] == before
    assert not result.stale
    assert check_dataset(tmp_path / "set") == []


def test_a_changed_report_shows_as_stale(build: Callable[..., BuildResult], tmp_path: Path) -> None:
    build(4)
    result = build_dataset([source(i) for i in range(4)], labels([0, 1, 2]), tmp_path / "set", preset=PRESET)
    assert result.stale == ("study3",)


def test_a_study_that_fails_is_listed_and_the_rest_is_built(tmp_path: Path) -> None:
    studies = [source(0), source(1, fails=True), source(2)]
    result = build_dataset(studies, labels([]), tmp_path, preset=PRESET)
    assert result.added == ("study0", "study2")
    assert "study1,a damaged series" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")


def test_a_build_that_was_stopped_goes_on_to_the_same_bytes(build: Callable[..., BuildResult], tmp_path: Path) -> None:
    def stop() -> StudyImages:
        raise KeyboardInterrupt

    stopped = [source(0), source(1), replace(source(2), images=stop), source(3)]
    with pytest.raises(KeyboardInterrupt):
        build_dataset(stopped, labels(range(4)), tmp_path / "stopped", preset=PRESET)
    assert list((tmp_path / "stopped").glob("*.part")) == []
    again = build_dataset([source(i) for i in range(4)], labels(range(4)), tmp_path / "stopped", preset=PRESET).manifest
    assert [shard.sha256 for shard in again.shards] == [shard.sha256 for shard in build(4).manifest.shards]
    assert check_dataset(tmp_path / "stopped") == []


def keys_of(folder: Path) -> list[str]:
    """Return the keys of the studies that a dataset says it holds, once it is proved to be sound."""
    assert check_dataset(folder) == []
    return sorted(study.study_key for study in Manifest.read(folder).studies)


def test_a_build_that_was_stopped_keeps_the_studies_that_were_whole(tmp_path: Path) -> None:
    def stop() -> StudyImages:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_dataset([*map(source, range(5)), replace(source(5), images=stop)], labels([]), tmp_path, preset=PRESET)
    assert keys_of(tmp_path) == [f"study{number}" for number in range(5)]
    again = build_dataset(map(source, range(7)), labels([]), tmp_path, preset=PRESET)
    assert again.added == ("study5", "study6")
    assert len(keys_of(tmp_path)) == 7


@pytest.mark.parametrize("at", [1, 2, 9, 16])
def test_of_a_study_that_was_being_written_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The run is stopped while a sample of the first, second, fifth or ninth study is written."""
    written = []

    def stopping(sample: Sample) -> dict[str, bytes]:
        written.append(sample.key)
        if len(written) > at:
            raise KeyboardInterrupt
        return encode(sample)

    monkeypatch.setattr("deepspine.data.dataset.shards.encode", stopping)
    with pytest.raises(KeyboardInterrupt):
        build_dataset(map(source, range(12)), labels([]), tmp_path, preset=PRESET)
    assert keys_of(tmp_path) == sorted(f"study{number}" for number in range(at // 2))
    assert list(tmp_path.glob("*.part")) == []
    monkeypatch.undo()
    build_dataset(map(source, range(12)), labels([]), tmp_path, preset=PRESET)
    assert len(stored_samples(tmp_path)) == 24
    assert len(keys_of(tmp_path)) == 12


def test_storage_that_fails_ends_the_build_and_loses_no_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second shard that is full, of several studies, cannot be put where it belongs, once."""
    publish, shards = Folder.publish, []

    def refusing(folder: Folder, partial: Path, name: str) -> None:
        shards.extend([name] if name.endswith(".tar") else [])
        if name.endswith(".tar") and len(shards) == 2:
            raise InputError("storage refused")
        publish(folder, partial, name)

    monkeypatch.setattr("deepspine.data.dataset.shards.SHARD_BYTES", 60_000)
    monkeypatch.setattr(Folder, "publish", refusing)
    with pytest.raises(InputError, match="storage refused"):
        build_dataset(map(source, range(16)), labels([]), tmp_path, preset=PRESET)
    assert len(keys_of(tmp_path)) > 0
    assert list(tmp_path.glob("*.part")) == []
    build_dataset(map(source, range(16)), labels([]), tmp_path, preset=PRESET)
    assert len(keys_of(tmp_path)) == 16


def test_storage_that_fails_behind_a_shard_is_told_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    write = Folder.write

    def refusing(folder: Folder, name: str, content: bytes) -> None:
        if name.endswith(".offsets.json"):
            raise InputError("storage refused")
        write(folder, name, content)

    monkeypatch.setattr(Folder, "write", refusing)
    with pytest.raises(InputError, match="storage refused"):
        build_dataset([source(0)], labels([]), "memory://spines/refused", preset=PRESET)


@pytest.mark.parametrize("secret", [None, "a secret of many words"])
def test_reports_that_belong_to_no_study_are_named(tmp_path: Path, secret: str | None) -> None:
    result = build_dataset([source(0)], labels([0, 7, 5]), tmp_path, preset=PRESET, secret=secret)
    assert (result.reports_without_study, len(result.rejects)) == (2, 0)
    rows = (tmp_path / "rejects.csv").read_text(encoding="utf-8").splitlines()[1:]
    names = sorted(name if secret is None else keyed(secret, name) for name in ("r5", "r7"))
    assert rows == [f"{name},a report of the label table that belongs to no study" for name in names]


def test_a_report_that_two_patients_claim_gives_neither_a_label(tmp_path: Path) -> None:
    sources = [replace(source(number), report_id="r0", shares_report=True) for number in (0, 2)]
    result = build_dataset(sources, labels([0, 5]), tmp_path, preset=PRESET)
    assert [row[1] for row in result.rejects.rows] == ["another patient's study has the same report id"] * 2
    assert (len(result.added), result.labelled, result.reports_without_study) == (2, 0, 1)
    assert not any(stored.read().labels for stored in stored_samples(tmp_path))


def test_a_dataset_of_other_options_is_not_mixed(build: Callable[..., BuildResult]) -> None:
    build(2)
    with pytest.raises(ConfigError, match="other options"):
        build(2, silence=Silence.NORMAL)


def test_check_sees_a_flipped_byte_a_missing_shard_a_stranger_and_a_patient_in_the_wrong_split(
    build: Callable[..., BuildResult], tmp_path: Path
) -> None:
    folder = tmp_path / "set"
    shard = folder / build(8).manifest.shards[0].name
    content = shard.read_bytes()
    shard.write_bytes(content[:600] + bytes([content[600] ^ 1]) + content[601:])
    assert "checksum" in check_dataset(folder)[0]
    shard.unlink()
    assert check_dataset(folder) == [f"{shard.name}: missing"]
    shard.write_bytes(content)
    (folder / "notes.txt").write_text("x")
    assert "notes.txt" in check_dataset(folder)[0]
    (folder / "notes.txt").unlink()
    text = (folder / "manifest.json").read_text()
    patient = json.loads(text)["shards"][0]["studies"][0]["patient_key"]
    split = json.loads(text)["shards"][0]["split"]
    other = next(f"p{i}" for i in range(100) if split_of(f"p{i}") != split)
    (folder / "manifest.json").write_text(text.replace(f'"{patient}"', f'"{other}"'))
    assert any("another split" in problem for problem in check_dataset(folder))


def test_the_check_verb_ends_with_the_exit_code_of_its_finding(
    build: Callable[..., BuildResult], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = build(2).manifest
    assert main(["check", str(tmp_path / "set"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []
    (tmp_path / "set" / manifest.shards[0].name).unlink()
    assert main(["check", str(tmp_path / "set")]) == 2
    assert main(["check", str(tmp_path)]) == 2
    assert "no manifest.json" in capsys.readouterr().err
    assert main(["check", str(tmp_path / "nowhere")]) == 2
    assert "nowhere: no such folder; give the dataset" in capsys.readouterr().err


def streamed(folder: Path) -> list[Sample]:
    """Return the samples of a dataset as stock WebDataset streams them."""
    import webdataset as wds

    urls = [str(folder / shard.name) for shard in Manifest.read(folder).shards]
    samples = wds.WebDataset(urls, shardshuffle=False)
    return [decode({name: value for name, value in one.items() if not name.startswith("__")}) for one in samples]


def test_stock_webdataset_streams_a_shard(build: Callable[..., BuildResult], tmp_path: Path) -> None:
    build(8)
    samples = streamed(tmp_path / "set")
    assert len(samples) == 16
    assert samples[0].crops


@pytest.mark.parametrize(
    "key",
    [
        "case.1",
        "1.2.840.113619.2.1",
        "archive.old/case.1",
        ".hidden",
        "a.json",
        "50%",
        "100%2E",
        "größe",
        "x" * 120,
        "1." * 60,
        "größe" * 60,
    ],
)
def test_a_study_may_have_any_key(tmp_path: Path, key: str) -> None:
    """Dots would divide the names of a shard's files, and what fits into a header of tar is short."""
    build_dataset([replace(source(0), study_key=key), source(1)], labels([0]), tmp_path, preset=PRESET)
    assert keys_of(tmp_path) == sorted([key, "study1"])
    assert {one.study_key for one in stored_samples(tmp_path)} == {key, "study1"}
    assert [stored.read().study_key for stored in stored_samples(tmp_path)] == [key, key, "study1", "study1"]
    assert [sample.study_key for sample in streamed(tmp_path)] == [key, key, "study1", "study1"]
    assert [sample.level for sample in streamed(tmp_path)] == [*LEVELS, *LEVELS]


def test_a_sample_survives_its_form_as_files() -> None:
    crop = np.full((3, 4, 4), np.nan, dtype=np.float32)
    crop[0] = 0.5
    bulge = GradeSet.parse(FINDINGS["bulge"], "none|mild")
    sample = Sample("s", "p", "r", Level.L6_S1, {"sagittal_t1": crop}, {("bulge", Side.MIDLINE): bulge}, True, 0.75)
    again = decode(encode(sample))
    assert np.array_equal(again.crops["sagittal_t1"], crop, equal_nan=True)
    assert (again.labels, again.level, again.reported, again.confidence) == (sample.labels, Level.L6_S1, True, 0.75)


def test_a_sample_that_says_more_than_it_may_is_refused() -> None:
    files = encode(Sample("s", "p", "r", Level.L6_S1, {}))
    talkative = json.dumps({**json.loads(files["json"]), "text": "invented report"}).encode()
    with pytest.raises(InputError, match="must say"):
        decode({"json": talkative})
    with pytest.raises(InputError, match="damaged"):
        decode({"json": b"{"})


def test_silence_is_normal_only_when_asked_and_only_where_reports_look() -> None:
    said = {("bulge", Side.MIDLINE): GradeSet.parse(FINDINGS["bulge"], "mild")}
    reported = Sample("s", "p", "r", Level.L4_L5, {}, said, reported=True)
    assert filled(reported, Silence.MISSING) == said
    assumed = filled(reported, Silence.NORMAL)
    assert str(assumed[("bulge", Side.MIDLINE)]) == "mild"
    assert str(assumed[("foraminal_stenosis", Side.RIGHT)]) == "none"
    assert not filled(Sample("s", "p", "r", Level.T12_L1, {}, reported=True), Silence.NORMAL)
    assert not filled(Sample("s", "p", "", Level.L4_L5, {}), Silence.NORMAL)


def test_what_readers_left_open_is_unknown_whatever_silence_means() -> None:
    key = LabelKey("r", Level.L4_L5, "bulge", Side.MIDLINE)
    labels = labels_by_report(LabelTable({}, [key]))["r"][Level.L4_L5]
    sample = Sample("s", "p", "r", Level.L4_L5, {}, labels, reported=True)
    for policy in Silence:
        assert filled(sample, policy)[("bulge", Side.MIDLINE)].is_unknown


@given(st.text(), st.floats(0, 1))
def test_every_patient_has_one_split_whatever_the_shares(patient: str, share: float) -> None:
    shares = {"train": share, "test": 1 - share}
    assert split_of(patient, shares) == split_of(patient, shares)
    assert shares[split_of(patient, shares)] > 0


def test_splits_and_folds_have_their_shares() -> None:
    patients = [f"patient{i}" for i in range(4000)]
    found = [split_of(patient) for patient in patients]
    assert found.count("train") / 4000 == pytest.approx(0.6, abs=0.03)
    assert found.count("val") / 4000 == pytest.approx(0.15, abs=0.03)
    folds = np.bincount([fold_of(patient, 5) for patient in patients])
    assert len(folds) == 5
    assert folds.min() > 700


@pytest.mark.parametrize(
    "text", ["0.5,0.5", "a,b,c", "0.5,0.6,0.1", "1.5,-0.5,0", "nan,0.5,0.5", "0.5,0.5,nan", "inf,0,0"]
)
def test_impossible_shares_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="shares"):
        parse_shares(text)


def test_grey_values_are_standardised_over_the_whole_series() -> None:
    stacks = source(1).images().volumes["axial_t2"]
    values = np.concatenate([stack.voxels.ravel() for stack in stacks])
    assert values.mean() == pytest.approx(0.0, abs=1e-4)
    assert values.std() == pytest.approx(1.0, abs=1e-3)


def test_a_folder_of_other_files_is_refused_and_left_as_it_is(
    build: Callable[..., BuildResult], tmp_path: Path
) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"set: holds other files, such as thesis\.txt"):
        build(1)
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["thesis.txt"]


def test_a_study_whose_pictures_cannot_be_read_is_told_so(tmp_path: Path) -> None:
    unread = replace(source(0), images=lambda: StudyImages({}, {"sagittal_t2": "t2: file 1 of 1: truncated"}))
    result = build_dataset([unread], labels([0]), tmp_path, preset=PRESET)
    assert [reason for _, reason in result.rejects.rows] == [
        "t2: file 1 of 1: truncated", "none of its pictures can be read",
    ]  # fmt: skip
