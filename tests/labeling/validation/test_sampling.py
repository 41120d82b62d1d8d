"""Which reports to read."""

import json
from pathlib import Path

import numpy as np
import pytest
from full_disk import full_disk
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from deepspine.cli import main
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.labeling.validation.sampling import (
    UNGRADED,
    Stratum,
    doubtful_sample,
    explanation,
    reports_needed,
    stratified_sample,
    wilson_width,
)

CANAL = FINDINGS["canal_stenosis"]
ONLY_CANAL = ("canal_stenosis",)


@pytest.fixture(scope="module")
def archive() -> LabelTable:
    """Build a thousand reports in which one label in a hundred is severe."""
    rng = np.random.default_rng(0)
    grades = rng.choice(CANAL.scale, p=[0.8, 0.15, 0.04, 0.01], size=(1000, 5))
    return LabelTable(
        {
            LabelKey(f"r{number:04}", level, CANAL.name, Side.MIDLINE): GradeSet.of(CANAL, str(grades[number, place]))
            for number in range(1000)
            for place, level in enumerate(LUMBAR_LEVELS)
        }
    )


@given(st.integers(1, 500), st.integers(1, 99))
def test_the_width_equals_that_of_statsmodels(n: int, percent: int) -> None:
    low, high = proportion_confint(percent / 100 * n, n, method="wilson")
    assert wilson_width(percent / 100, n) == pytest.approx(high - low, abs=1e-5)


@given(st.floats(0.02, 0.9), st.floats(0.05, 0.95))
def test_the_number_needed_is_the_smallest_that_reaches_the_width(width: float, agreement: float) -> None:
    n = reports_needed(width, agreement)
    assert wilson_width(agreement, n) <= width
    assert n == 1 or wilson_width(agreement, n - 1) > width


def test_rare_grades_reach_the_wanted_width_with_few_reports(archive: LabelTable) -> None:
    sample = stratified_sample(archive, findings=ONLY_CANAL, width=0.2, agreement=0.9)
    needed = reports_needed(0.2, 0.9)
    severe = next(one for one in sample.strata if one.stratum == Stratum(CANAL.name, "severe"))
    assert severe.n_chosen >= needed
    assert all(one.reached and one.width <= 0.2 for one in sample.strata)
    assert len(sample.chosen) < 3 * needed
    assert len({one.report_id for one in sample.chosen}) == len(sample.chosen)


def test_a_stratum_without_enough_reports_is_read_whole_and_said() -> None:
    labels = {
        LabelKey(f"r{n}", level, CANAL.name, Side.MIDLINE): GradeSet.parse(CANAL, "severe" if n < 3 else "none")
        for n in range(60)
        for level in LUMBAR_LEVELS[:1]
    }
    sample = stratified_sample(labels, findings=ONLY_CANAL)
    severe = next(one for one in sample.strata if one.stratum.grade == "severe")
    assert (severe.n_available, severe.n_chosen, severe.reached) == (3, 3, False)
    assert "all there are" in "\n".join(explanation(sample, width=0.2, agreement=0.9))


def test_the_rarest_grade_is_served_first() -> None:
    rare, usual = "moderate", "none"
    labels = {
        LabelKey(f"r{n}", LUMBAR_LEVELS[0], CANAL.name, Side.MIDLINE): GradeSet.parse(CANAL, rare if n < 2 else usual)
        for n in range(40)
    }
    first, second, third = stratified_sample(labels, findings=ONLY_CANAL, most=3).chosen
    assert {first.report_id, second.report_id} == {"r0", "r1"}
    assert third.reason == f"{CANAL.name} {usual}"


def test_labels_without_a_grade_are_a_stratum_of_their_own() -> None:
    key = LabelKey("r", LUMBAR_LEVELS[0], "bulge", Side.MIDLINE)
    sample = stratified_sample({key: GradeSet.present(FINDINGS["bulge"])}, findings=("bulge",))
    assert [one.stratum.grade for one in sample.strata] == [UNGRADED]


def test_the_lot_has_a_seed(archive: LabelTable) -> None:
    one, same, other = (stratified_sample(archive, findings=ONLY_CANAL, seed=seed).chosen for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_no_more_reports_than_asked_for(archive: LabelTable) -> None:
    assert len(stratified_sample(archive, findings=ONLY_CANAL, most=7).chosen) == 7


def test_doubtful_reports_come_first() -> None:
    texts = {"plain": "L4-5: mild disc bulge.", "odd": "L4-5: no bulge. L4-5: severe xqzv bulge maybe zzkj?"}
    sample = doubtful_sample(texts, number=1)
    assert [one.report_id for one in sample.chosen] == ["odd"]
    assert "average quality" in "\n".join(explanation(sample, width=0.2, agreement=0.9))


def test_doubt_is_that_of_the_rules_of_a_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, rules = tmp_path / "reports.csv", tmp_path / "rules"
    texts.write_text("report_id,text\nplain,L4-5: mild disc bulge.\n", encoding="utf-8")
    arguments = ["sample", "--by", "doubt", "--texts", str(texts), "--out", str(tmp_path / "sample.csv")]
    assert main([*arguments, "--rules", str(rules)]) == 2
    assert "no such folder of rules" in capsys.readouterr().err
    rules.mkdir()
    (rules / "own.yaml").write_text("[]", encoding="utf-8")
    assert main([*arguments, "--rules", str(rules)]) == 0
    assert "plain,1," in (tmp_path / "sample.csv").read_text(encoding="utf-8")


def test_doubt_is_asked_of_reports_that_label_would_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, out = tmp_path / "reports.csv", tmp_path / "sample.csv"
    texts.write_text("report_id,text\na,L4-5: mild bulge.\na,L4-5: severe?\nb,\n", encoding="utf-8")
    words = ["sample", "--by", "doubt", "--texts", str(texts), "--out", str(out)]
    assert main(words) == 0
    told = capsys.readouterr()
    assert told.out.startswith("1 of 1 reports")
    assert "rejected reports.csv: line 3: report id appears twice" in told.err
    assert "rejected reports.csv: line 4: empty text" in told.err
    assert [line.split(",")[0] for line in out.read_text(encoding="utf-8").splitlines()] == ["report_id", "a"]


def test_impossible_wishes_are_refused() -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        reports_needed(0.0, 0.9)
    with pytest.raises(InputError, match="nothing to choose"):
        stratified_sample({}, findings=ONLY_CANAL)


def test_the_verb_writes_the_sample(archive: LabelTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive.write(tmp_path / "labels.csv")
    out = tmp_path / "sample.csv"
    assert main(["sample", str(tmp_path / "labels.csv"), "--out", str(out), "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    rows = out.read_text(encoding="utf-8").splitlines()
    assert rows[0] == "report_id,order,reason"
    assert len(rows) - 1 == plan["chosen"]
    assert main(["sample", "--by", "doubt", "--out", str(out)]) == 2
    assert main(["sample", "--out", str(out)]) == 2
    capsys.readouterr()
    assert main(["sample", str(tmp_path / "labels.csv"), "--by", "doubt", "--texts", "x.csv", "--out", str(out)]) == 2
    assert "leave LABELS out" in capsys.readouterr().err
    assert main(["sample", str(tmp_path / "labels.csv"), "--texts", "x.csv", "--out", str(out)]) == 2
    assert "belong to --by doubt" in capsys.readouterr().err
    assert main(["sample", str(tmp_path / "labels.csv"), "--by", "luck", "--out", str(out)]) == 2


def test_labels_that_readers_left_open_ask_for_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels, out = tmp_path / "consensus.csv", tmp_path / "sample.csv"
    rows = "a,L4-L5,bulge,,mild\na,L5-S1,bulge,,?\nb,L4-L5,bulge,,?\n"
    labels.write_text(f"report_id,level,finding,side,grades\n{rows}", encoding="utf-8")
    assert main(["sample", str(labels), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == "report_id,order,reason\na,1,bulge mild\n"
    assert "consensus.csv: labels left open ('?'): 2; unknown" in capsys.readouterr().err


def test_a_full_disk_leaves_the_sample_of_before(archive: LabelTable, tmp_path: Path) -> None:
    archive.write(tmp_path / "labels.csv")
    out = tmp_path / "sample.csv"
    out.write_text("report_id,order,reason\n", encoding="utf-8")
    with full_disk(room_bytes=64):
        assert main(["sample", str(tmp_path / "labels.csv"), "--out", str(out)]) != 0
    assert out.read_text(encoding="utf-8") == "report_id,order,reason\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labels.csv", "sample.csv"]
