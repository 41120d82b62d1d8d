"""One run of `deepspine validate`: tables in; page, JSON and CSV out."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deepspine.data.agreement import BOOTSTRAP_RESAMPLES, PatientDraws
from deepspine.data.convert.spider_gradings import GRADED_FINDINGS, read_gradings
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.outputs import check_folder
from deepspine.data.provenance import provenance
from deepspine.data.whole_files import write_whole
from deepspine.labeling.pipeline import Labeler, ReportLabels
from deepspine.labeling.validation.comparison import compare_pair
from deepspine.labeling.validation.disagreements import disagreements
from deepspine.labeling.validation.inputs import check_texts, parse_findings, read_patients, read_report_ids, read_texts
from deepspine.labeling.validation.pictures import (
    PictureReading,
    compare_with_pictures,
    is_grading,
    is_picture_annotation,
    questioned,
    read_picture_annotations,
)
from deepspine.labeling.validation.readers import ReaderStudy, reader_figures, reports_of_all
from deepspine.labeling.validation.report import write_page
from deepspine.labeling.validation.results import TABLES, Validation
from deepspine.labeling.validation.table_pair import TablePair

PREDICTED, REFERENCE = "the predicted table", "the reference"
SUMMARIES = ("validation.json", "validation.html")


@dataclass(frozen=True)
class ValidationInputs:
    """Paths and settings of a validation.

    Attributes
    ----------
    predicted
        Label table to be judged.
    reference
        Label table, boxes or gradings to judge it by; None in a study of readers alone.
    readers, assisted
        Label tables of readers, without and with assistance.
    texts
        Reports, to show the sentences behind disagreements.
    report_ids
        Ids of the reports that both sources read.
    patients
        CSV that names the patient of each report.
    findings
        `core`, `all` or names joined by commas.
    silence_as_none
        Whether a label that a table lacks counts as `none`.
    id_prefix
        Put before a picture's patient to get a report's id.
    id_column, text_column
        Columns of `texts`.
    resamples, seed
        Of the bootstrap.
    """

    predicted: Path
    reference: Path | None = None
    readers: Sequence[Path] = ()
    assisted: Sequence[Path] = ()
    texts: Path | None = None
    report_ids: Path | None = None
    patients: Path | None = None
    findings: str = "core"
    silence_as_none: bool = False
    id_prefix: str = ""
    id_column: str = "report_id"
    text_column: str = "text"
    resamples: int = BOOTSTRAP_RESAMPLES
    seed: int = 0

    @property
    def paths(self) -> list[Path]:
        """Every file that is read."""
        return [path for _, path in self._by_role()]

    @property
    def named(self) -> list[str]:
        """Name of every file that is read, with what it is: two in different folders may have one name."""
        return [f"{role} {path.name}" for role, path in self._by_role()]

    def _by_role(self) -> list[tuple[str, Path]]:
        named = (
            ("predicted", self.predicted),
            ("reference", self.reference),
            *(("reader", path) for path in self.readers),
            *(("assisted", path) for path in self.assisted),
            ("reports", self.report_ids),
            ("patients", self.patients),
        )
        return [(role, path) for role, path in named if path is not None]


def validate(inputs: ValidationInputs, out: Path) -> Validation:
    """Compare tables and write `validation.html`, `validation.json` and CSV tables to a folder.

    Raises
    ------
    ConfigError
        When there is nothing to compare with, assisted readers come without the same readers alone, or `out` is a file
        or holds one that is read.
    InputError
        When a file cannot be read, holds nothing to compare or has no label of any of the reports, or `patients` names
        the patient of none of them.
    """
    check_folder("--out", out, files=(*TABLES, *SUMMARIES), inputs=[*inputs.paths, inputs.texts])
    if inputs.assisted and not inputs.readers:
        raise ConfigError("--assisted needs --readers: the tables of the same readers without assistance")
    if inputs.texts is not None:
        check_texts(inputs.texts, id_column=inputs.id_column, text_column=inputs.text_column)
    result = _compare(LabelTable.read(inputs.predicted), inputs)
    texts = _texts(result, inputs)
    _make_folder(out)
    result.write_tables(out)
    figures, page = (out / name for name in SUMMARIES)
    write_whole(figures, json.dumps(result.to_json(), indent=1, allow_nan=False) + "\n")
    write_page(result, page, texts=texts, labels=_labels(texts))
    return result


def _compare(predicted: LabelTable, inputs: ValidationInputs) -> Validation:
    """Compare a table with what the inputs name: tables of readers, pictures or a reference."""
    if inputs.readers:
        return _validate_readers(predicted, inputs)
    if inputs.reference is None:
        raise ConfigError("nothing to compare with: give a REFERENCE table, or tables of readers with --readers")
    if not is_picture_annotation(inputs.reference):
        return _validate_reference(predicted, inputs.reference, inputs)
    readings = read_picture_annotations(inputs.reference, id_prefix=inputs.id_prefix)
    result = _validate_pictures(predicted, readings, inputs)
    if is_grading(inputs.reference):
        reports = set(predicted.report_ids)
        gradings = read_gradings(inputs.reference, id_prefix=inputs.id_prefix)
        gradings = LabelTable({key: grades for key, grades in gradings.items() if key.report_id in reports})
        by_grade = _validate_tables(predicted.of_findings(GRADED_FINDINGS), gradings, inputs)
        result = replace(result, rows=by_grade.rows, differences=by_grade.differences)
    return result


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: {error.strerror}; give another folder with --out") from None


def _validate_reference(predicted: LabelTable, path: Path, inputs: ValidationInputs) -> Validation:
    findings = parse_findings(inputs.findings)
    whole = LabelTable.read(path)
    reference = whole.of_findings(findings)
    report_ids = _ids(inputs) or reference.report_ids
    if not report_ids:
        raise InputError(
            f"{path}: holds no label with grades of the findings that are compared (--findings {inputs.findings})"
        )
    _check_predicted(predicted, report_ids, inputs)
    _check_reports(path, whole, report_ids)
    return _validate_tables(predicted.of_findings(findings), reference, inputs)


def _validate_tables(predicted: LabelTable, reference: LabelTable, inputs: ValidationInputs) -> Validation:
    unsettled = predicted.unsettled | reference.unsettled
    pair = TablePair.of(predicted, reference, report_ids=_ids(inputs), patients=_patients(inputs), unsettled=unsettled)
    tables = {PREDICTED: predicted, REFERENCE: reference}
    n_silent, n_left_out = _silent(tables, pair.patient_of), _left_out(tables, pair.patient_of, inputs)
    if inputs.silence_as_none:
        pair = pair.with_silence_as_none()
    draws = PatientDraws.draw(pair.n_patients, resamples=inputs.resamples, seed=inputs.seed)
    return Validation(
        made_by=provenance(inputs.named),
        settings=_settings(inputs),
        n_reports=len(pair.patient_of),
        n_patients=pair.n_patients,
        n_without_patient=_without_patient(pair.patient_of, inputs),
        n_silent=n_silent,
        n_left_out=n_left_out,
        n_unsettled=_count_open(unsettled, pair.patient_of),
        rows=compare_pair(pair, draws),
        differences=list(disagreements(pair)),
    )


def _validate_pictures(
    predicted: LabelTable, readings: Sequence[PictureReading], inputs: ValidationInputs
) -> Validation:
    patients = _patients(inputs) or {}
    wanted = set(_ids(inputs) or predicted.report_ids)
    reports = {one.report_id for one in readings if one.report_id in wanted}
    _check_predicted(predicted, reports, inputs)
    n_without_patient = _without_patient(reports, inputs)
    agreements, differences = compare_with_pictures(
        predicted, readings, report_ids=_ids(inputs), patients=patients, resamples=inputs.resamples, seed=inputs.seed
    )
    return Validation(
        made_by=provenance(inputs.named),
        settings=_settings(inputs),
        n_reports=len(reports),
        n_patients=len({patients.get(report_id, report_id) for report_id in reports}),
        n_without_patient=n_without_patient,
        n_silent=_silent({PREDICTED: predicted}, reports),
        n_left_out=0 if inputs.report_ids is not None else len({one.report_id for one in readings} - wanted),
        n_unsettled=_count_open(questioned(predicted).unsettled, reports),
        pictures=agreements,
        picture_differences=differences,
    )


def _validate_readers(predicted: LabelTable, inputs: ValidationInputs) -> Validation:
    readers = _reader_tables(inputs.readers, inputs)
    assisted = _reader_tables(inputs.assisted, inputs)
    if assisted and len(assisted) != len(readers):
        raise ConfigError(f"--assisted must name one table for each of {len(readers)} readers, got {len(assisted)}")
    report_ids = _ids(inputs) or reports_of_all([*readers.values(), *assisted.values()])
    _check_predicted(predicted, report_ids, inputs)
    predicted = predicted.of_findings(parse_findings(inputs.findings))
    patients = _patients(inputs) or {}
    with_help = {f"{name} with assistance": table for name, table in zip(readers, assisted.values(), strict=False)}
    unsettled = predicted.unsettled.union(*(table.unsettled for table in (readers | with_help).values()))
    study = ReaderStudy(
        readers,
        report_ids=report_ids,
        assisted=dict(zip(readers, assisted.values(), strict=True)) if assisted else None,
        labeler=predicted,
        patients=patients,
        silence_as_none=inputs.silence_as_none,
        unsettled=unsettled,
    )
    return Validation(
        made_by=provenance(inputs.named),
        settings=_settings(inputs),
        n_reports=len(report_ids),
        n_patients=len({patients.get(report_id, report_id) for report_id in report_ids}),
        n_without_patient=_without_patient(report_ids, inputs),
        n_silent=_silent({PREDICTED: predicted, **readers, **with_help}, report_ids),
        n_left_out=_left_out(readers | with_help, report_ids, inputs),
        n_unsettled=_count_open(unsettled, report_ids),
        readers=reader_figures(study, resamples=inputs.resamples, seed=inputs.seed),
    )


# --------------------------------------------------------------------------------------------------------------- inputs


def _reader_tables(paths: Sequence[Path], inputs: ValidationInputs) -> dict[str, LabelTable]:
    """Read tables by their readers."""
    findings = parse_findings(inputs.findings)
    tables = {path.stem: _reader_table(path, inputs).of_findings(findings) for path in paths}
    if len(tables) != len(paths):
        twice = next(name for name in tables if sum(path.stem == name for path in paths) > 1)
        raise ConfigError(f"readers are named by their files, and two are called {twice!r}; rename one of these")
    return tables


def _reader_table(path: Path, inputs: ValidationInputs) -> LabelTable:
    table = LabelTable.read(path)
    _check_reports(path, table, _ids(inputs) or ())
    return table


def _check_predicted(predicted: LabelTable, report_ids: Collection[str], inputs: ValidationInputs) -> None:
    """Raise when the table that is judged says nothing of the reports that are compared."""
    if not predicted:
        raise InputError(f"{inputs.predicted}: holds no label with grades; there is nothing to compare")
    _check_reports(inputs.predicted, predicted, report_ids)


def _check_reports(path: Path, table: LabelTable, report_ids: Collection[str]) -> None:
    """Raise when a table has labels, but of none of the reports that are compared: its ids are then others."""
    spoken = _reports_of(table)
    if spoken and report_ids and spoken.isdisjoint(report_ids):
        raise InputError(
            f"{path}: has no label of any of the {len(report_ids)} reports that are compared; check that all tables "
            "use the same report ids"
        )


def _reports_of(table: LabelTable) -> set[str]:
    """Return the reports of which a table has a label, settled or open."""
    return {key.report_id for key in (*table, *table.unsettled)}


def _ids(inputs: ValidationInputs) -> list[str] | None:
    return None if inputs.report_ids is None else read_report_ids(inputs.report_ids)


def _patients(inputs: ValidationInputs) -> dict[str, str] | None:
    return None if inputs.patients is None else read_patients(inputs.patients)


def _without_patient(report_ids: Collection[str], inputs: ValidationInputs) -> int:
    """Return how many reports are their own patient for want of one in `--patients`.

    Raises
    ------
    InputError
        When all are: intervals that take no patient together are those of another question.
    """
    patients = _patients(inputs)
    if patients is None:
        return 0
    n_without = sum(report_id not in patients for report_id in report_ids)
    if report_ids and n_without == len(report_ids):
        raise InputError(
            f"{inputs.patients}: names the patient of none of the {n_without} reports; check that its report ids are "
            "those of the tables"
        )
    return n_without


def _count_open(unsettled: Collection[LabelKey], report_ids: Collection[str]) -> int:
    """Return how many of the labels that are left open are of the reports."""
    return sum(key.report_id in report_ids for key in unsettled)


def _silent(tables: Mapping[str, LabelTable], report_ids: Collection[str]) -> dict[str, int]:
    """Return how many of the reports each table has no label of, settled or open, for tables with such reports."""
    counts = {name: len(set(report_ids) - _reports_of(table)) for name, table in tables.items()}
    return {name: count for name, count in counts.items() if count}


def _left_out(tables: Mapping[str, LabelTable], report_ids: Collection[str], inputs: ValidationInputs) -> int:
    """Return how many reports of the tables are not compared, unless the user chose them."""
    if inputs.report_ids is not None:
        return 0
    return len({report_id for table in tables.values() for report_id in table.report_ids} - set(report_ids))


def _settings(inputs: ValidationInputs) -> dict[str, object]:
    return {
        "findings": inputs.findings,
        "silence": "none" if inputs.silence_as_none else "unknown",
        "resamples": inputs.resamples,
        "seed": inputs.seed,
    }


def _texts(result: Validation, inputs: ValidationInputs) -> Mapping[str, str]:
    if inputs.texts is None:
        return {}
    wanted = {one.key.report_id for one in result.differences}
    wanted |= {one.report_id for one in result.picture_differences}
    if not wanted:
        return {}
    return read_texts(inputs.texts, wanted, id_column=inputs.id_column, text_column=inputs.text_column)


def _labels(texts: Mapping[str, str]) -> dict[str, ReportLabels]:
    """Label the texts again, for the evidence behind each label."""
    if not texts:
        return {}
    labeler = Labeler()
    return {report_id: labeler.label(text) for report_id, text in texts.items()}
