"""The demo's page: one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pandas as pd

from deepspine.data.agreement import Counts
from deepspine.data.dicom.reading import read_stacks
from deepspine.data.dicom.selection import select_series
from deepspine.data.findings import FINDINGS
from deepspine.data.frames import LevelFrame
from deepspine.data.label_table import LabelTable
from deepspine.data.volume import Volume
from deepspine.data.whole_files import write_whole
from deepspine.experiments.demo.figures import (
    as_data_uri,
    draw_axial,
    draw_confusions,
    draw_training_curves,
    file_as_data_uri,
)
from deepspine.experiments.demo.results import DemoResults, confusion, located_frames
from deepspine.experiments.demo.stages import Stage
from deepspine.labeling.explain import evidence_html, grid
from deepspine.labeling.pipeline import Labeler

SHOWN_FINDINGS = ("canal_stenosis", "foraminal_stenosis", "bulge", "herniation", "degeneration")


def write_page(
    path: Path, results: DemoResults, timings: Sequence[tuple[Stage, float]], *, studies: int, seed: int
) -> None:
    """Write the page about a finished demo."""
    from jinja2 import Environment

    study = next(study for study in results.index.studies() if located_frames(results.out, study.study_key))
    frames = located_frames(results.out, study.study_key)
    frame = _most_labelled(frames, results.truth, study.report_id)
    axial = select_series(study).axial_t2
    reports = pd.read_csv(results.out / "phantom" / "reports.csv", dtype=str).set_index("report_id")["text"]
    text = str(reports[study.report_id])
    read = Labeler().label(text)
    columns, rows = grid(read)
    template = (files("deepspine.experiments.demo") / "report.html.j2").read_text(encoding="utf-8")
    page = Environment(autoescape=True).from_string(template).render(
        studies=studies,
        seed=seed,
        software=f"deepspine {version('deepspine')}",
        cards=_cards(results),
        evidence=evidence_html(text, read),
        columns=columns,
        rows=rows,
        sagittal=file_as_data_uri(results.out / "located" / study.study_key / "overlay.png"),
        sagittal_caption=f"Report {study.report_id}: mid-sagittal T2 with segmentation, spine curve and level names.",
        axial=as_data_uri(draw_axial(_stack_through(read_stacks(axial), frame), frame)) if axial else "",
        axial_caption=f"The same study: axial T2 at {frame.level}, chosen by geometry; the patient's right is at R.",
        curves=as_data_uri(draw_training_curves({"grader": results.curves})),
        grading_text=_grading_text(results),
        confusions_truth=as_data_uri(draw_confusions(_confusions(results, results.truth))),
        confusions_reports=as_data_uri(draw_confusions(_confusions(results, results.labels))),
        commands=[stage.command for stage, _ in timings],
        timings=[(stage.name, seconds) for stage, seconds in timings],
    )  # fmt: skip
    write_whole(path, page)


def _cards(results: DemoResults) -> list[dict[str, str]]:
    metrics = results.metrics
    return [
        {
            "name": "labels read right",
            "value": f"{metrics['labels/micro_f1']:.3f}",
            "note": f"micro F1 on exact sets, {metrics['labels/count']} labels",
        },
        {
            "name": "discs named right",
            "value": f"{metrics['levels/accuracy']:.3f}",
            "note": f"of {metrics['levels/count']} discs, within 10 mm and with the right name",
        },
        {
            "name": "class-average accuracy",
            "value": f"{metrics['grading/class_average_accuracy']:.3f}",
            "note": f"mean of all findings; one grade for all would reach {metrics['grading/chance']:.3f}",
        },
    ]


def _grading_text(results: DemoResults) -> str:
    metrics = results.metrics
    return (
        f"Trained for a minute on the labels of the reports alone, tested on the {metrics['grading/test_reports']} "
        f"studies of patients that training never saw: class-average accuracy "
        f"{metrics['grading/class_average_accuracy']:.3f} against the truth, "
        f"{metrics['grading/class_average_accuracy_reports']:.3f} against the definite labels of their reports. "
        f"The demo shows that the way is whole, not how good a grader can be: for that, train longer on more."
    )


def _confusions(results: DemoResults, reference: LabelTable) -> dict[str, tuple[Sequence[str], Counts]]:
    return {name: (FINDINGS[name].scale, confusion(results.predictions, reference, name)) for name in SHOWN_FINDINGS}


def _most_labelled(frames: Sequence[LevelFrame], truth: LabelTable, report_id: str) -> LevelFrame:
    """Return the disc with the most findings, so that the picture has something to show."""
    labels = truth.of_report(report_id)

    def n_findings(frame: LevelFrame) -> int:
        return sum(key.level is frame.level and not grades.admits("none") for key, grades in labels.items()
                   if "none" in grades.finding.scale)  # fmt: skip

    return max(frames, key=n_findings)


def _stack_through(stacks: Sequence[Volume], frame: LevelFrame) -> Volume:
    """Return the axial stack whose middle slice lies nearest to the disc's centre."""

    def distance_mm(stack: Volume) -> float:
        middle = stack.grid.lps_from_ijk([(size - 1) / 2 for size in stack.grid.shape])
        return abs(float((frame.center_lps - middle) @ stack.grid.normal_lps))

    return min(stacks, key=distance_mm)
