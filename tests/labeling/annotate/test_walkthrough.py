"""The README's walk-through: which reports to read, two readers, an adjudicator, and what validate says of it."""

import csv
import json
from pathlib import Path

import pytest
from annotation_projects import TEXTS, SignedIn
from fastapi.testclient import TestClient

from deepspine.cli import main
from deepspine.labeling.annotate.app import create_app
from deepspine.labeling.annotate.schema import Database
from deepspine.labeling.annotate.store import Store

CANAL = "L4-L5|canal_stenosis|"


def test_from_reports_to_a_validated_labeler(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> str:
        """Run a command of the walk-through in the test's folder; returns what it prints."""
        words = [word.format(d=tmp_path) for word in arguments]
        assert main(words) == 0
        return capsys.readouterr().out.strip()

    with (tmp_path / "reports.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("report_id", "text"), *TEXTS.items()])
    run("label", "{d}/reports.csv", "--out", "{d}/labels.csv")
    run("sample", "{d}/labels.csv", "--width", "0.2", "--out", "{d}/sample.csv")
    run("annotate", "load", "{d}/project.db", "{d}/reports.csv", "--only", "{d}/sample.csv")
    tokens = {name: run("annotate", "reader", "{d}/project.db", name, "--blind") for name in ("anna", "bert")}
    tokens["chair"] = run("annotate", "reader", "{d}/project.db", "chair", "--adjudicator")
    store = Store(Database(str(tmp_path / "project.db")))
    app = create_app(store, hosts=["testserver"])
    signed = {name: SignedIn(TestClient(app), token) for name, token in tokens.items()}
    for number in store.report_ids():
        for name, grade in (("anna", "mild"), ("bert", "severe" if number == 1 else "mild")):
            signed[name].label(number, CANAL, grade)
            signed[name].done(number)
    signed["chair"].label(1, CANAL, "severe")
    store.database.close()

    for name in ("anna", "bert"):
        run("annotate", "export", "{d}/project.db", "--reader", name, "--out", "{d}/" + name + ".csv")
    run("annotate", "export", "{d}/project.db", "--out", "{d}/consensus.csv", "--ids", "{d}/read.txt")
    judged = run(
        "validate", "{d}/labels.csv", "{d}/consensus.csv", "--reports", "{d}/read.txt", "--texts", "{d}/reports.csv",
        "--out", "{d}/validation", "--json",
    )  # fmt: skip
    assert json.loads(judged)["reports"] == len(TEXTS)
    assert json.loads(judged)["unsettled_labels"] == 0
    study = run(
        "validate", "{d}/labels.csv", "--readers", "{d}/anna.csv", "{d}/bert.csv", "--reports", "{d}/read.txt",
        "--out", "{d}/study", "--json",
    )  # fmt: skip
    exact = next(one for one in json.loads(study)["readers"] if (one["finding"], one["measure"]) == ("all", "exact"))
    assert float(exact["without"]) == pytest.approx(1 - 1 / len(TEXTS))
