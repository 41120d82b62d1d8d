"""`deepspine validate` from files to page, JSON and CSV."""

import csv
import html
import json
from pathlib import Path

import pytest

from deepspine.cli import main

TEXTS = {
    "a": "L4-5: mild disc bulge. No canal stenosis. <script>alert('report')</script>",
    "b": "L4-5: severe canal stenosis. L5-S1: disc protrusion.",
}


def write_table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["report_id,level,finding,side,grades", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Two reports, what the labeler says of them and a reference that differs in two labels and leaves one open."""
    texts = tmp_path / "reports.csv"
    with texts.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("report_id", "text"), *TEXTS.items()])
    predicted = tmp_path / "labels.csv"
    assert main(["label", str(texts), "--out", str(predicted)]) == 0
    reference = write_table(
        tmp_path / "gold.csv",
        "a,L4-L5,bulge,,moderate",
        "a,L4-L5,canal_stenosis,,none",
        "b,L4-L5,canal_stenosis,,severe",
        "b,L4-L5,degeneration,,mild",
        "b,L5-S1,herniation,,?",
    )
    semicolons = tmp_path / "excel.csv"
    semicolons.write_text("report_id;level;finding;side;grades;patient\na;L4-L5;bulge;;mild;p\n", encoding="utf-8")
    return {
        "texts": texts,
        "predicted": predicted,
        "reference": reference,
        "semicolons": semicolons,
        "out": tmp_path / "validation",
    }


def run(*arguments: object) -> int:
    return main(["validate", *map(str, arguments), "--resamples", "100"])


def test_page_json_and_tables_are_written(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    code = run(files["predicted"], files["reference"], "--texts", files["texts"], "--out", files["out"], "--json")
    assert code == 0
    printed = json.loads(capsys.readouterr().out)
    stored = json.loads((files["out"] / "validation.json").read_text(encoding="utf-8"))
    assert printed == stored
    assert (stored["reports"], stored["unsettled_labels"]) == (2, 1)
    assert stored["agreement"][0]["finding"] == "all"
    assert stored["made_by"]["inputs"] == ["predicted labels.csv", "reference gold.csv"]
    with (files["out"] / "disagreements.csv").open(encoding="utf-8") as file:
        kinds = {(row["finding"], row["kind"], row["steps"]) for row in csv.DictReader(file)}
    assert ("bulge", "contradictory", "1") in kinds
    assert ("degeneration", "missed", "0") in kinds
    assert not any(finding == "herniation" for finding, _, _ in kinds)
    assert {path.name for path in files["out"].iterdir()} == {
        "validation.html", "validation.json", "figures.csv", "confusion.csv", "disagreements.csv",
    }  # fmt: skip


def test_no_table_of_a_run_before_stays(files: dict[str, Path], tmp_path: Path) -> None:
    readers = [
        write_table(tmp_path / f"{name}.csv", f"a,L4-L5,bulge,,{grade}")
        for name, grade in (("r1", "mild"), ("r2", "none"))
    ]
    assert run(files["predicted"], "--readers", *readers, "--out", files["out"]) == 0
    assert run(files["predicted"], files["reference"], "--out", files["out"]) == 0
    assert (files["out"] / "disagreements.csv").is_file()
    assert not (files["out"] / "readers.csv").exists()
    (files["out"] / "notes.txt").write_text("mine", encoding="utf-8")
    assert run(files["predicted"], files["predicted"], "--out", files["out"]) == 0
    assert {path.name for path in files["out"].iterdir()} == {
        "validation.html", "validation.json", "figures.csv", "confusion.csv", "notes.txt",
    }  # fmt: skip


def test_the_page_shows_the_sentence_and_escapes_the_report(files: dict[str, Path]) -> None:
    assert run(files["predicted"], files["reference"], "--texts", files["texts"], "--out", files["out"]) == 0
    page = (files["out"] / "validation.html").read_text(encoding="utf-8")
    assert "<mark>mild disc bulge</mark>" in page
    assert "nothing read; see the report" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "This file holds report text" in page


def test_without_texts_the_page_holds_none(files: dict[str, Path]) -> None:
    assert run(files["predicted"], files["reference"], "--out", files["out"]) == 0
    page = (files["out"] / "validation.html").read_text(encoding="utf-8")
    assert "disc bulge" not in page
    assert "holds report text" not in page


def test_every_missing_value_says_why(files: dict[str, Path]) -> None:
    assert run(files["predicted"], files["reference"], "--out", files["out"]) == 0
    with (files["out"] / "figures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["value"] or row["note"] for row in rows)
    assert any(row["note"] for row in rows)
    assert "NaN" not in (files["out"] / "validation.json").read_text(encoding="utf-8")
    assert ">nan" not in (files["out"] / "validation.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("readers", "assisted"),
    [(["--readers", "{0}"], ["--assisted", "{2}"]), (["--readers={0}"], ["--assisted={2}"])],
)
def test_a_reader_study_takes_files_behind_one_another(
    files: dict[str, Path],
    tmp_path: Path,
    readers: list[str],
    assisted: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    tables = [
        write_table(tmp_path / f"{name}.csv", f"a,L4-L5,bulge,,{grade}", "b,L4-L5,canal_stenosis,,severe")
        for name, grade in (("r1", "mild"), ("r2", "moderate"), ("a1", "mild"), ("a2", "mild"))
    ]
    capsys.readouterr()
    study = [*readers, *tables[1:2], *assisted, *tables[3:], "--out", files["out"], "--json"]
    assert run(files["predicted"], *(str(one).format(*tables) for one in study)) == 0
    figures = json.loads(capsys.readouterr().out)["readers"]
    exact = next(row for row in figures if (row["finding"], row["measure"]) == ("all", "exact"))
    assert (exact["who"], exact["without"], exact["with"]) == ("readers, mean of pairs", "0.5000", "1.0000")
    assert any(row["who"] == "labeler – consensus" for row in figures)
    assert (files["out"] / "readers.csv").is_file()
    assert "labeler – r1" in (files["out"] / "validation.html").read_text(encoding="utf-8")


def test_labels_left_open_are_counted_where_the_figures_stand(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files["predicted"], files["reference"], "--out", files["out"]) == 0
    line = "labels that a table left open ('?'), scored neither way: 1"
    assert line in capsys.readouterr().out.splitlines()
    page = html.unescape((files["out"] / "validation.html").read_text(encoding="utf-8"))
    assert page.count("a table left open") == 1
    assert line in page


def test_what_a_reader_leaves_open_counts_for_none(files: dict[str, Path], tmp_path: Path) -> None:
    rows = {"r1": ("mild", "mild"), "r2": ("mild", "?")}
    readers = [
        write_table(tmp_path / f"{name}.csv", f"a,L4-L5,bulge,,{one}", f"a,L5-S1,bulge,,{two}")
        for name, (one, two) in rows.items()
    ]
    assert run(readers[0], "--readers", *readers, "--silence", "none", "--out", files["out"]) == 0
    stored = json.loads((files["out"] / "validation.json").read_text(encoding="utf-8"))
    assert stored["unsettled_labels"] == 1
    figures = {row["who"]: row["without"] for row in stored["readers"] if row["measure"] == "f1"}
    assert set(figures.values()) == {"1.0000"}


COVERAGE = [
    ("{few}", "{many}", "the predicted table has no label of 2 of the reports"),
    (
        "{many}",
        "{few}",
        "2 more reports are left out: the reference has no label of them (--reports names those that count)",
    ),
    (
        "{many}",
        "--readers={many}",
        "2 more reports are left out: not every reader has labels of them (--reports names those that count)",
    ),
]


@pytest.mark.parametrize(("predicted", "reference", "line"), COVERAGE)
def test_reports_that_one_table_lacks_are_counted(
    predicted: str, reference: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = {
        name: str(write_table(tmp_path / f"{name}.csv", *(f"{one},L4-L5,bulge,,mild" for one in reports)))
        for name, reports in (("few", "a"), ("many", "abc"))
    }
    readers = [tables["few"]] if "--readers" in reference else []
    words = [predicted.format(**tables), reference.format(**tables), *readers, "--out", str(tmp_path / "out")]
    assert run(*words) == 0
    assert line in capsys.readouterr().out.splitlines()
    assert line.split(" (")[0] in (tmp_path / "out" / "validation.html").read_text(encoding="utf-8")


def test_readers_of_one_name_are_told_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("anna", "bert"):
        (tmp_path / name).mkdir()
        write_table(tmp_path / name / "labels.csv", "a,L4-L5,bulge,,mild")
    tables = [tmp_path / name / "labels.csv" for name in ("anna", "bert")]
    assert run(tables[0], "--readers", *tables, "--out", tmp_path / "out") == 2
    assert "two are called 'labels'; rename one of these" in capsys.readouterr().err


def test_pictures_are_a_reference_too(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boxes = tmp_path / "boxes.csv"
    boxes.write_text(
        "patient,modality,x0,y0,x1,y1,class\n1,t2,90,95,110,105,normal\n1,t2,90,60,110,70,lumbar_bulge\n",
        encoding="utf-8",
    )
    table = write_table(tmp_path / "labels1.csv", "p1,L4-L5,bulge,,mild", "p1,L5-S1,bulge,,mild")
    assert run(table, boxes, "--id-prefix", "p", "--out", files["out"]) == 0
    assert "bulge_or_herniation: kappa 0.000" in capsys.readouterr().out
    with (files["out"] / "picture_differences.csv").open(encoding="utf-8") as file:
        assert [(row["level"], row["report"], row["picture"]) for row in csv.DictReader(file)] == [
            ("L5-S1", "yes", "no")
        ]


def test_pictures_whose_report_has_no_label_are_counted(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boxes, ids = tmp_path / "boxes.csv", tmp_path / "ids.txt"
    rows = "".join(f"{one},t2,90,95,110,105,normal\n{one},t2,90,60,110,70,lumbar_bulge\n" for one in (1, 2, 3))
    boxes.write_text(f"patient,modality,x0,y0,x1,y1,class\n{rows}", encoding="utf-8")
    ids.write_text("p1\np2\n", encoding="utf-8")
    table = write_table(tmp_path / "labels1.csv", "p1,L4-L5,bulge,,mild", "other,L5-S1,bulge,,mild")
    words = [table, boxes, "--id-prefix", "p", "--out", files["out"]]
    assert run(*words) == 0
    told = capsys.readouterr().out
    assert "1 reports of 1 patients" in told
    assert "2 more reports are left out: they have pictures but no label in the predicted table" in told
    assert "--reports names those that count" in told
    assert run(*words, "--reports", ids) == 0
    told = capsys.readouterr().out
    assert "2 reports of 2 patients" in told
    assert "the predicted table has no label of 1 of the reports" in told
    assert "left out" not in told


def test_gradings_are_compared_by_grade_and_by_question(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gradings = tmp_path / "gradings.csv"
    gradings.write_text(
        "Patient,IVD label,Modic,Spondylolisthesis,Disc herniation,Disc narrowing,Disc bulging,Pfirrman grade\n"
        "1,1,2,0,0,1,1,4\n1,2,0,0,0,0,0,2\n2,1,0,0,0,0,0,1\n",
        encoding="utf-8",
    )
    table = write_table(
        tmp_path / "labels1.csv", "1,L4-L5,modic,,none", "1,L5-S1,modic,,type1", "1,L5-S1,pfirrmann,,grade4"
    )
    assert run(table, gradings, "--out", files["out"], "--json") == 0
    result = json.loads(capsys.readouterr().out)
    modic = next(row for row in result["agreement"] if row["finding"] == "modic")
    assert modic["confusion"][2][1] == 1
    assert modic["labels"]["only_reference"] == 0
    asked = next(row for row in result["pictures"] if (row["question"], row["level"]) == ("modic", None))
    assert (asked["both_no"], asked["both_yes"]) == (1, 1)
    height = next(row for row in result["pictures"] if (row["question"], row["level"]) == ("disc_height_loss", None))
    assert height["picture_only"] == 1


def test_reports_about_which_the_predicted_table_is_silent_count(files: dict[str, Path], tmp_path: Path) -> None:
    table = write_table(tmp_path / "one.csv", "a,L4-L5,bulge,,moderate")
    assert run(table, files["reference"], "--out", files["out"]) == 0
    stored = json.loads((files["out"] / "validation.json").read_text(encoding="utf-8"))
    assert stored["reports"] == 2
    assert stored["agreement"][0]["labels"]["only_reference"] == 3


def test_same_seed_same_bytes(files: dict[str, Path], tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(files["predicted"], files["reference"], "--out", tmp_path / name) == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("{predicted}",), "nothing to compare with"),
        (("{predicted}", "{reference}", "--silence", "no"), "--silence must be"),
        (("{predicted}", "{reference}", "--findings", "bulges"), "finding must be one of"),
        (("{predicted}", "{texts}"), "no column"),
        (("{predicted}", "{predicted}", "--reports", "{texts}", "--patients", "{texts}"), "no column patient"),
        (("{predicted}", "--readers", "{predicted}"), "two readers"),
        (("{predicted}", "--readers", "{predicted}", "{reference}", "--assisted", "{predicted}"), "--assisted"),
        (("{predicted}", "{reference}", "--readers", "{predicted}"), "not both"),
        (("{predicted}", "{reference}", "--assisted", "{predicted}", "{reference}"), "--assisted needs --readers"),
        (("{predicted}", "{predicted}", "--texts", "nowhere"), "nowhere: no such file"),
        (("{predicted}", "{predicted}", "--texts", "{texts}", "--text-column", "body"), "no column 'body'"),
        (("missing.csv", "{reference}"), "missing.csv"),
        (("{predicted}", "{semicolons}"), "stand between semicolons"),
        (("{predicted}", "{reference}", "--patients", "{semicolons}"), "stand between semicolons"),
    ],
)
def test_mistakes_are_told_in_one_line(
    files: dict[str, Path], arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(*(one.format(**files) for one in arguments), "--out", files["out"]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1


OTHER = (("other", "z"), ("same", "a"))
OTHER_IDS = [
    ("{predicted} {other}", "labels.csv", 1),
    ("{other} {reference}", "other.csv", 2),
    ("{predicted} {other} --reports {ids}", "other.csv", 2),
    ("{other} --readers {reference} {predicted}", "other.csv", 2),
    ("{predicted} --readers {reference} {other} --reports {ids}", "other.csv", 2),
    ("{predicted} --readers {reference} {same} --assisted {same} {other} --reports {ids}", "other.csv", 2),
    ("{other} {boxes} --reports {ids}", "other.csv", 1),
]


@pytest.mark.parametrize(("words", "named", "reports"), OTHER_IDS)
def test_a_table_of_other_report_ids_is_refused(
    words: str,
    named: str,
    reports: int,
    files: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other, same = (write_table(tmp_path / f"{name}.csv", f"{key},L4-L5,bulge,,mild") for name, key in OTHER)
    ids, boxes = tmp_path / "ids.txt", tmp_path / "boxes.csv"
    ids.write_text("a\nb\n", encoding="utf-8")
    boxes.write_text("patient,modality,x0,y0,x1,y1,class\na,t2,90,95,110,105,normal\n", encoding="utf-8")
    places = {**files, "other": other, "same": same, "ids": ids, "boxes": boxes}
    capsys.readouterr()
    assert run(*(word.format(**places) for word in words.split()), "--out", files["out"]) == 2
    told = f"{named}: has no label of any of the {reports} reports that are compared; check that all tables use the"
    assert told in capsys.readouterr().err
    assert not files["out"].exists()


def test_a_table_without_labels_is_told_as_such(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty, opened = write_table(tmp_path / "empty.csv"), write_table(tmp_path / "open.csv", "a,L4-L5,bulge,,?")
    for words, told in (
        ((files["predicted"], empty), "empty.csv: holds no label with grades of the findings that are compared"),
        ((files["predicted"], opened), "open.csv: holds no label with grades of the findings that are compared"),
        ((files["predicted"], files["reference"], "--findings", "modic"), "(--findings modic)"),
        ((empty, files["reference"]), "empty.csv: holds no label with grades; there is nothing to compare"),
    ):
        assert run(*words, "--out", files["out"]) == 2
        assert told in capsys.readouterr().err


def test_a_finding_that_was_never_predicted_scores_nought(files: dict[str, Path]) -> None:
    words = (files["predicted"], files["reference"], "--findings", "degeneration")
    assert run(*words, "--out", files["out"]) == 0
    stored = json.loads((files["out"] / "validation.json").read_text(encoding="utf-8"))
    assert stored["agreement"][0]["sets"]["recall"]["value"] == 0


def test_report_ids_are_the_same_whatever_an_export_puts_around_them(tmp_path: Path) -> None:
    plain, padded = (
        write_table(tmp_path / f"{name}.csv", *(f"{key},L4-L5,bulge,,mild" for key in keys))
        for name, keys in (("plain", ("007", "b")), ("padded", ('"=""007"""', "b ")))
    )
    ids, patients = tmp_path / "ids.csv", tmp_path / "patients.csv"
    ids.write_text("report_id\n007 \n b\n", encoding="utf-8")
    patients.write_text("report_id,patient\n007\N{NO-BREAK SPACE},p\n b,p\n", encoding="utf-8")
    assert run(plain, padded, "--reports", ids, "--patients", patients, "--out", tmp_path / "out") == 0
    stored = json.loads((tmp_path / "out" / "validation.json").read_text(encoding="utf-8"))
    assert (stored["reports"], stored["patients"], stored["reports_without_labels"]) == (2, 1, {})
    assert stored["agreement"][0]["sets"]["f1"]["value"] == 1


def test_a_text_that_is_no_utf8_is_told_before_anything_is_written(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    files["texts"].write_bytes(files["texts"].read_bytes().replace(b"mild", b"m\xeeld"))
    capsys.readouterr()
    assert run(files["predicted"], files["reference"], "--texts", files["texts"], "--out", files["out"]) == 2
    assert "reports.csv: line 2: text is not UTF-8" in capsys.readouterr().err
    assert not files["out"].exists()


def test_ids_with_blanks_stand_one_a_line(files: dict[str, Path], tmp_path: Path) -> None:
    rows = ("case 1,L4-L5,bulge,,mild", "case 2,L4-L5,bulge,,mild", "case 3,L4-L5,bulge,,mild")
    table, ids = write_table(tmp_path / "named.csv", *rows), tmp_path / "ids.txt"
    ids.write_text("case 1\r\n\ncase 2\n", encoding="utf-8")
    assert run(table, table, "--reports", ids, "--out", files["out"]) == 0
    assert json.loads((files["out"] / "validation.json").read_text(encoding="utf-8"))["reports"] == 2


@pytest.mark.parametrize(
    ("rows", "told", "patients"),
    [("a,p\nb,p\n", 0, 1), ("a,p\nb,q\nz,q\n", 0, 2), ("a,p\n", 1, 2), ("a,p\nb,\n", 1, 2)],
)
def test_reports_without_a_patient_are_told(
    files: dict[str, Path],
    tmp_path: Path,
    rows: str,
    told: int,
    patients: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = tmp_path / "patients.csv"
    table.write_text("report_id,patient\n" + rows, encoding="utf-8")
    capsys.readouterr()
    assert run(files["predicted"], files["reference"], "--patients", table, "--out", files["out"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "have no patient" in line] == [
        "1 of the reports have no patient in --patients: each counts as one of its own"
    ] * told
    stored = json.loads((files["out"] / "validation.json").read_text(encoding="utf-8"))
    assert (stored["reports_without_patient"], stored["patients"]) == (told, patients)
    assert ("have no patient" in (files["out"] / "validation.html").read_text(encoding="utf-8")) == bool(told)


def test_a_report_of_two_patients_is_refused(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "patients.csv"
    table.write_text("report_id,patient\na,p\nb,p\na,p \n", encoding="utf-8")
    words = (files["predicted"], files["reference"], "--patients", table, "--out", files["out"])
    assert run(*words) == 0
    with table.open("a", encoding="utf-8") as file:
        file.write("b,q\n")
    capsys.readouterr()
    assert run(*words) == 2
    told = capsys.readouterr().err
    assert "patients.csv: row 5, column patient: the report has another patient in row 3; a report" in told


@pytest.mark.parametrize("others", [("{reference}",), ("--readers", "{reference}", "{predicted}"), ("{gradings}",)])
def test_a_table_of_patients_of_other_reports_is_refused(
    files: dict[str, Path], tmp_path: Path, others: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    table, gradings = tmp_path / "patients.csv", tmp_path / "gradings.csv"
    table.write_text("report_id,patient\nA1,p\nB1,p\n", encoding="utf-8")
    gradings.write_text(
        "Patient,IVD label,Modic,UP endplate,LOW endplate,Spondylolisthesis,Disc herniation,Disc narrowing,"
        "Disc bulging,Pfirrman grade\na,1,0,0,0,0,0,0,1,2\n",
        encoding="utf-8",
    )
    capsys.readouterr()
    words = (one.format(**files, gradings=gradings) for one in others)
    assert run(files["predicted"], *words, "--patients", table, "--out", files["out"]) == 2
    assert "patients.csv: names the patient of none of the" in capsys.readouterr().err
    assert not files["out"].exists()


def test_a_reference_that_is_not_there_is_told_as_such(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(files["predicted"], "nosuch.csv", "--out", files["out"]) == 2
    assert "nosuch.csv: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(("rows", "told"), [('a,"p\n', "row 2: no valid CSV"), ("a\n", "as many cells")])
def test_a_damaged_table_of_patients_is_told(
    files: dict[str, Path], tmp_path: Path, rows: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    patients = tmp_path / "patients.csv"
    patients.write_text("report_id,patient\n" + rows, encoding="utf-8")
    capsys.readouterr()
    assert run(files["predicted"], files["reference"], "--patients", patients, "--out", files["out"]) == 2
    assert told in capsys.readouterr().err
