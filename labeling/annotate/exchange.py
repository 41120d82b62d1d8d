"""Projects in and out: label tables, Label Studio tasks, spaCy DocBin and JSONL.

Each format carries the whole label (level, finding, side, set of grades), so what goes out comes back the same. Formats
other than the label table carry the report's text: they are made only when asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from deepspine.data.errors import InputError, VocabularyError
from deepspine.data.findings import Side, get_finding
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.data.outputs import TABLE_SUFFIXES
from deepspine.data.rejects import Rejects
from deepspine.data.whole_files import write_whole
from deepspine.labeling.annotate.records import Cell, Reader, Report, Suggestion
from deepspine.labeling.annotate.store import Store
from deepspine.labeling.pipeline import Labeler
from deepspine.labeling.usable_reports import usable_texts

DOC_LABELS = "deepspine_labels"
"""Where a spaCy `Doc` carries the labels, in `user_data`."""
SPAN_GROUP = "deepspine"
"""Name of the group of spans that hold the evidence."""

Labels = Mapping[LabelKey, GradeSet]


class Format(StrEnum):
    """What a project is exported to and imported from."""

    CSV = "csv"
    LABEL_STUDIO = "label-studio"
    JSONL = "jsonl"
    DOCBIN = "docbin"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How the names of files of this format end."""
        return {"csv": TABLE_SUFFIXES, "label-studio": (".json",), "jsonl": (".jsonl",), "docbin": (".spacy",)}[self]


# -------------------------------------------------------------------------------------------------------------- reports


def suggestions_of(text: str, labeler: Labeler, given: Labels | None) -> list[Suggestion]:
    """Return what stands in the grid of a report at first: the labeler's labels, or those that are given.

    Evidence is the labeler's, also for labels that are given.
    """
    read = {Cell(one.level, one.finding, one.side): one for one in labeler.label(text).labels}
    if given is None:
        return [Suggestion(cell, one.grades, one.evidence, one.doubt) for cell, one in read.items()]
    cells = {Cell(*key[1:]): grades for key, grades in given.items()}
    return [
        Suggestion(cell, grades, read[cell].evidence if cell in read else (), read[cell].doubt if cell in read else 0.0)
        for cell, grades in cells.items()
    ]


@dataclass(frozen=True)
class Loaded:
    """What a loading found and did.

    Attributes
    ----------
    read
        Reports that could be used.
    added
        Those of them that were not there.
    changed
        Those that were there with another text, and were left as they were: readers may have labelled them.
    """

    read: int
    added: int
    changed: int


def load_reports(
    store: Store,
    path: Path | str,
    *,
    id_column: str = "report_id",
    text_column: str = "text",
    only: Iterable[str] | None = None,
    table: LabelTable | None = None,
    rules: str | None = None,
    rejects: Rejects | None = None,
) -> Loaded:
    """Add reports to a project.

    Parameters
    ----------
    path, id_column, text_column
        As for `deepspine label`.
    only
        Ids of the reports to take, in the order in which they are to be read; all by default.
    table
        Labels to start from in place of the labeler's.
    rules
        Folder of a site's own rules.
    rejects
        Takes the reports that cannot be used, as `deepspine label` rejects them.

    Raises
    ------
    InputError
        When the file cannot be read, none of the reports can be used, or the labels are those of other reports.
    """
    order = None if only is None else list(only)
    wanted = None if order is None else set(order)
    texts = usable_texts(
        path, Rejects() if rejects is None else rejects,
        id_column=id_column, text_column=text_column, wanted=wanted, rules=rules,
    )  # fmt: skip
    labeler = Labeler(rules)
    names = list(texts) if order is None else [report_id for report_id in order if report_id in texts]
    if table is not None and names and not any(table.of_report(name) for name in names):
        raise InputError("the label table has no label of any of these reports; is it that of others?")
    changed = store.count_changed(texts)
    added = store.add_reports(
        (name, texts[name], suggestions_of(texts[name], labeler, None if table is None else table.of_report(name)))
        for name in names
    )
    return Loaded(len(names), added, changed)


# --------------------------------------------------------------------------------------------------------------- export


def export(store: Store, reader: Reader, path: Path, kind: Format, *, only_done: bool = True) -> int:
    """Write a reader's labels to a file; returns how many.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    labels = LabelTable(store.table(reader, only_done=only_done))
    done = store.done_numbers(reader)
    wanted = [report for report in store.reports() if not only_done or report.number in done]
    writers: dict[Format, Callable[[], None]] = {
        Format.CSV: lambda: labels.write(path),
        Format.LABEL_STUDIO: lambda: _write_json(path, [_task(report, labels, reader) for report in wanted]),
        Format.JSONL: lambda: _write_lines(path, (_example(report, labels) for report in wanted)),
        Format.DOCBIN: lambda: _write_docs(path, wanted, labels),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writers[kind]()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give another place with --out") from None
    return len(labels)


def _rows(report: Report, labels: LabelTable) -> list[list[str]]:
    return [
        [key.level, key.finding, key.side, str(grades)] for key, grades in labels.of_report(report.report_id).items()
    ]


def _spans(report: Report) -> Iterator[tuple[int, int, str]]:
    for one in report.suggestions:
        for piece in one.evidence:
            yield piece.start, piece.end, "|".join(one.cell)


def _task(report: Report, labels: LabelTable, reader: Reader) -> dict[str, Any]:
    """Return a Label Studio task: the label as a path of a taxonomy over the text, evidence as spans."""
    result: list[dict[str, Any]] = [
        {
            "id": "labels",
            "from_name": "label",
            "to_name": "text",
            "type": "taxonomy",
            "value": {"taxonomy": _rows(report, labels)},
        }
    ]
    result += [
        {
            "id": f"evidence-{number}",
            "from_name": "evidence",
            "to_name": "text",
            "type": "labels",
            "value": {"start": start, "end": end, "text": report.text[start:end], "labels": [name]},
        }
        for number, (start, end, name) in enumerate(_spans(report))
    ]
    return {
        "id": report.number,
        "data": {"report_id": report.report_id, "text": report.text},
        "annotations": [{"completed_by": reader.id, "result": result}],
    }


def _example(report: Report, labels: LabelTable) -> dict[str, Any]:
    spans = [{"start": start, "end": end, "label": name} for start, end, name in _spans(report)]
    return {"report_id": report.report_id, "text": report.text, "labels": _rows(report, labels), "spans": spans}


def _write_json(path: Path, value: object) -> None:
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _write_lines(path: Path, values: Iterable[object]) -> None:
    write_whole(path, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in values))


def _write_docs(path: Path, wanted: Iterable[Report], labels: LabelTable) -> None:
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("en")
    docs = DocBin(store_user_data=True)
    for report in wanted:
        doc = nlp.make_doc(report.text)
        doc.user_data |= {"report_id": report.report_id, DOC_LABELS: _rows(report, labels)}
        found = (doc.char_span(*span[:2], label=span[2], alignment_mode="expand") for span in _spans(report))
        doc.spans[SPAN_GROUP] = [span for span in found if span is not None]
        docs.add(doc)
    write_whole(path, docs.to_bytes())


# --------------------------------------------------------------------------------------------------------------- import


def read_labels(path: Path, kind: Format) -> LabelTable:
    """Read labels from a file of any of the formats.

    Raises
    ------
    InputError
        When the file is missing or is not of this format.
    VocabularyError
        When a label is not of the scheme.
    """
    if kind is Format.CSV:
        return LabelTable.read(path)
    readers: dict[Format, Callable[[Path], Iterator[tuple[str, list[list[str]]]]]] = {
        Format.LABEL_STUDIO: _rows_of_tasks,
        Format.JSONL: _rows_of_lines,
        Format.DOCBIN: _rows_of_docs,
    }
    labels: dict[LabelKey, GradeSet] = {}
    try:
        for report_id, rows in readers[kind](path):
            for level, finding, side, grades in rows:
                labels |= dict([_label(report_id, level, finding, side, grades)])
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except VocabularyError:
        raise
    except (KeyError, TypeError, ValueError, IndexError):
        raise InputError(f"{path}: is no {kind.value} file as deepspine annotate writes it") from None
    return LabelTable(labels)


def _label(report_id: str, level: str, finding: str, side: str, grades: str) -> tuple[LabelKey, GradeSet]:
    known = get_finding(finding)
    key = LabelKey(report_id, Level.parse(level), finding, Side(side))
    return key, GradeSet.parse(known, grades)


def _rows_of_tasks(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    for task in json.loads(path.read_text(encoding="utf-8")):
        results = [result for one in task["annotations"][:1] for result in one["result"]]
        rows = [row for result in results if result["type"] == "taxonomy" for row in result["value"]["taxonomy"]]
        yield task["data"]["report_id"], rows


def _rows_of_lines(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    for line in path.read_text(encoding="utf-8").split("\n"):  # texts hold other signs that end a line for Python
        if line.strip():
            example = json.loads(line)
            yield example["report_id"], example["labels"]


def _rows_of_docs(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    import spacy
    from spacy.tokens import DocBin

    for doc in DocBin().from_disk(path).get_docs(spacy.blank("en").vocab):
        yield doc.user_data["report_id"], doc.user_data[DOC_LABELS]
