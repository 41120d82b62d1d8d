"""Answers of several networks for the same discs, kept in files and weighed together."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepspine.cli import main
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.experiments import spider_graded, yes_or_no
from deepspine.experiments.modic import presence
from deepspine.experiments.modic.answers import DiscAnswer, presence_of, read_graded, write_answers, write_graded
from deepspine.experiments.modic.presence import asked, gathered
from deepspine.experiments.modic.weighing import mean_of_all
from deepspine.experiments.registry import run_experiment
from deepspine.grading.prediction import Prediction

PATIENTS = 40


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw fewer patients for the intervals of AUCs, which nothing here looks at."""
    monkeypatch.setattr(yes_or_no, "AUC_RESAMPLES", 20)


def is_changed(patient: int, place: int) -> bool:
    return (patient + place) % 3 == 0


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with gradings of invented patients."""
    (tmp_path / "data" / "spider_mid").mkdir(parents=True)
    with (tmp_path / "data" / "spider_mid" / "gradings.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Patient", "IVD label", "Modic", "Disc herniation", "Disc bulging", "Pfirrman grade"])
        for patient in range(PATIENTS):
            for place in range(len(LUMBAR_LEVELS)):
                writer.writerow([patient, len(LUMBAR_LEVELS) - place, 2 * is_changed(patient, place), 0, 0, 3])
    return tmp_path / "data"


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes the answers of a network that errs as much as it is told."""

    def write(name: str, noise: float, *, patients: int = PATIENTS) -> Path:
        rng = np.random.default_rng([*name.encode()])
        answers = [
            DiscAnswer(f"spi-{patient}", level, False, float(1 / (1 + np.exp(-rng.normal(sign, noise)))))
            for patient in range(patients)
            for place, level in enumerate(LUMBAR_LEVELS)
            for sign in [1.0 if is_changed(patient, place) else -1.0]
        ]
        path = tmp_path / f"{name}.json"
        write_answers(answers, path)
        return path

    return write


def test_answers_come_back_to_the_last_digit(source: Callable[..., Path], tmp_path: Path) -> None:
    rows = read_graded(source("one", 1.0))
    write_graded(rows, tmp_path / "again.json")
    again = read_graded(tmp_path / "again.json")
    assert [(row.key, row.patient_key) for row in again] == [(row.key, row.patient_key) for row in rows]
    assert all(np.array_equal(one.probabilities, two.probabilities) for one, two in zip(again, rows, strict=True))


def test_the_probability_of_a_change_comes_back_from_its_file(tmp_path: Path) -> None:
    disc = DiscAnswer("spi-1", LUMBAR_LEVELS[0], True, 0.3)
    write_answers([disc], tmp_path / "one.json")
    assert presence_of(read_graded(tmp_path / "one.json")) == {("spi-1", disc.level): pytest.approx(0.3)}


def test_sources_that_err_apart_are_better_together(source: Callable[..., Path], data: Path, tmp_path: Path) -> None:
    files = {name: source(name, 2.0) for name in ("one", "two", "three")}
    changes = [f"sources.{name}={path}" for name, path in files.items()]
    rows = {row["way"]: row for row in run_experiment("modic-presence", data, tmp_path / "run", changes=changes)}
    area = {way: float(str(row["AUC of presence by disc"]).split()[0]) for way, row in rows.items()}
    best = max(area[name] for name in files)
    assert area["mean of all"] > best + 0.05
    assert area["weighed"] > best + 0.05
    assert "weighed, and the patient's other discs" in rows


def test_the_seeds_of_a_source_are_averaged_and_discs_that_one_source_lacks_are_left_out(
    source: Callable[..., Path], data: Path
) -> None:
    one, two, few = source("one", 1.0), source("two", 1.0), source("few", 1.0, patients=7)
    answers = gathered({"both": f"{one},{two}", "few": str(few)}, data / "spider_mid" / "gradings.csv")
    assert len(answers["both"]) == len(answers["few"]) == 7 * len(LUMBAR_LEVELS)
    first = answers["both"][0]
    place = (first.patient, first.level)
    each = [presence_of(read_graded(path))[place] for path in (one, two)]
    assert first.score == pytest.approx(np.mean(each))
    assert first.truth == is_changed(0, LUMBAR_LEVELS.index(first.level))


def test_the_mean_of_sources_lies_between_them(source: Callable[..., Path], data: Path) -> None:
    paths = {name: str(source(name, 1.0)) for name in ("one", "two")}
    one, two = gathered(paths, data / "spider_mid" / "gradings.csv").values()
    for low, middle, high in zip(one, mean_of_all([one, two]), two, strict=True):
        assert min(low.score, high.score) <= middle.score + 1e-9
        assert middle.score <= max(low.score, high.score) + 1e-9


def test_one_source_is_not_weighed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", "modic-presence", "--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 2
    assert "two sources or more" in capsys.readouterr().err.splitlines()[-1]


def test_variants_of_spider_graded_are_asked_for_modic_changes_once(
    source: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = read_graded(source("one", 1.0))
    bulges = [replace(row, key=row.key._replace(finding="bulge")) for row in said]
    learned: list[list[str]] = []

    def learn(variant: spider_graded.Variant, *rest: object) -> list[Prediction]:
        learned.append(variant.recipe.get("findings", []))
        return [*bulges, *said]

    monkeypatch.setattr(spider_graded, "gather", lambda *places, annotators, crops, advance: None)
    monkeypatch.setattr(spider_graded, "learn", learn)
    names = ["alone from chance", "forest on measurements"]
    files = asked(tmp_path, names, tmp_path, tmp_path / "kept")
    assert learned == [[], ["modic"]], "a forest learns nothing else"
    assert presence_of(read_graded(Path(files[names[1]]))) == presence_of(said)
    assert asked(tmp_path, names, tmp_path, tmp_path / "kept") == files
    assert len(learned) == 2


@pytest.mark.parametrize(
    ("name", "notes"), [("alone from chance", False), ("beside notes", True), ("after notes", True)]
)
def test_a_variant_that_learns_notes_is_asked_with_them(
    name: str, notes: bool, source: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathered_notes: list[bool] = []

    def gather(data: Path, out: Path, note_findings: Sequence[str], **_: object) -> None:
        gathered_notes.append(bool(note_findings))

    monkeypatch.setattr(spider_graded, "gather", gather)
    monkeypatch.setattr(spider_graded, "learn", lambda *_: read_graded(source("one", 1.0)))
    asked(tmp_path, [name], tmp_path, tmp_path / "kept")
    assert gathered_notes == [notes]


def test_an_average_of_variants_is_no_variant_to_ask(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"got network and measurements$"):
        asked(tmp_path, ["network and measurements"], tmp_path, tmp_path / "kept")


def test_answers_of_other_settings_are_not_weighed_as_those_of_these(
    source: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spider_graded, "gather", lambda *places, annotators, crops, advance: None)
    monkeypatch.setattr(spider_graded, "learn", lambda *_: read_graded(source("one", 1.0)))
    names = ["alone from chance"]
    asked(tmp_path, names, tmp_path, tmp_path / "kept")
    load = presence.load_settings
    monkeypatch.setattr(presence, "load_settings", lambda *of: load(*of, ["folds=3"]))
    with pytest.raises(ConfigError, match="folds 5 there, 3 asked"):
        asked(tmp_path, names, tmp_path, tmp_path / "kept")


@pytest.mark.parametrize(
    ("changes", "message"),
    [(["graded=nowhere"], "no folder nowhere"), (["graded=.", "graded_variants=[best]"], "alone from chance")],
)
def test_a_mistake_in_the_run_that_is_asked_is_one_line(
    changes: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["experiment", "modic-presence", "--out", str(tmp_path), *(f"--set={change}" for change in changes)]
    assert main(words) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("content", [None, "no json", "[[1, 2]]"])
def test_a_file_that_holds_no_answers_is_named(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "graded.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"graded\.json"):
        read_graded(tmp_path / "graded.json")


def test_sources_without_a_common_disc_are_refused(source: Callable[..., Path], data: Path) -> None:
    paths = {"one": str(source("one", 1.0)), "none": str(source("none", 1.0, patients=0))}
    with pytest.raises(InputError, match="no disc"):
        gathered(paths, data / "spider_mid" / "gradings.csv")
