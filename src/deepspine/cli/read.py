"""`deepspine read`: a study in, the grades of every level out, with a page that shows why."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepspine.cli.study_options import LowestDisc, ReportId, SpacingMm, T1File, T2File

if TYPE_CHECKING:
    from deepspine.data.frames import LevelFrame
    from deepspine.data.levels import Level
    from deepspine.data.volume import Volume
    from deepspine.grading.reading_inputs import StudyImages
    from deepspine.grading.reading_study import FoundSpine, LocatedStudy
    from deepspine.segmentation.inference import SegmentationNetwork


def read(
    study: Annotated[
        Path | None,
        typer.Argument(
            metavar="[STUDY]",
            help="Folder or zip file of one DICOM study; folder of NIfTI, MetaImage or NRRD files, or of a T1 and a T2 "
            "picture, whose names say t1 or t2; or one such file.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for grades.csv, measurements.csv, levels.json, report.html.")
    ] = Path("reading"),
    weights: Annotated[
        Path | None,
        typer.Option(
            help="Grader: folder of model.safetensors, or a run of `train grading`. Default: the shipped one."
        ),
    ] = None,
    t1: T1File = None,
    t2: T2File = None,
    axial_t2: Annotated[
        Path | None, typer.Option(help="Axial T2, in one stack or several, beside --t1 or --t2.")
    ] = None,
    lowest: LowestDisc = None,
    spacing_mm: SpacingMm = None,
    report_id: ReportId = None,
    evidence: Annotated[bool, typer.Option(help="Show where the grader looked; takes most of the time.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the grades as JSON.")] = False,
) -> None:
    """Grade and measure every level of a study: tables, and report.html. Research use only: not a medical device."""
    import json

    from deepspine.data.frames import LEVELS_FILE
    from deepspine.data.levels import Level
    from deepspine.data.outputs import check_folder
    from deepspine.data.whole_files import write_whole
    from deepspine.grading.read_page import write_page
    from deepspine.grading.reading import read_study
    from deepspine.grading.reading_inputs import find_study
    from deepspine.grading.weights import load_grader
    from deepspine.segmentation.inference import SegmentationNetwork

    check_folder("--out", out)
    level = Level.parse(lowest) if lowest else None
    grader = load_grader(weights)
    images = find_study(study, t1=t1, t2=t2, axial_t2=axial_t2, spacing_mm=spacing_mm, report_id=report_id)
    reading = read_study(_located(images, SegmentationNetwork.load(), level), grader)
    out.mkdir(parents=True, exist_ok=True)
    reading.write_grades(out / "grades.csv")
    reading.measurements().to_csv(out / "measurements.csv", index=False, float_format="%.3f")
    write_page(out / "report.html", reading, evidence=evidence)
    # Last, as `locate` does: a folder that has it is whole.
    write_whole(out / LEVELS_FILE, json.dumps(reading.study.spine.about, indent=1) + "\n")
    for warning in reading.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    if as_json:
        sys.stdout.write(json.dumps(reading.to_json()) + "\n")
    else:
        n_grades = sum(len(one.grades) for one in reading.levels)
        sys.stdout.write(f"{n_grades} grades at {len(reading.levels)} levels; open {out / 'report.html'}\n")


def _located(images: StudyImages, network: SegmentationNetwork, lowest: Level | None) -> LocatedStudy:
    """Find the spine on T1 and T2 together; the second picture of a pair takes its place from the first."""
    from dataclasses import replace

    from deepspine.data.errors import DeepspineError
    from deepspine.grading.reading_pairs import check_pair, t1_on_t2
    from deepspine.grading.reading_study import LocatedStudy

    main = images.main_input
    spines = {main: _found(images.volumes[main][0], network, lowest, other=t1_on_t2(images))}
    volumes, warnings = dict(images.volumes), list(images.warnings)
    if images.is_picture:
        volumes = {main: [spines[main].volume]}
        for name in set(images.volumes) - {main}:
            try:
                # Alone: its own discs tell where it lies, and whether it is of this patient.
                spines[name] = _found(images.volumes[name][0], network, lowest)
            except DeepspineError as error:
                warnings.append(f"{name.replace('_', ' ')} was left out, no spine was found on it: {error}")
                continue
            check_pair(spines[main], spines[name])
            volumes[name] = [replace(images.volumes[name][0], grid=spines[main].volume.grid)]
    study = replace(images, volumes=volumes, warnings=tuple(warnings))
    return LocatedStudy(study, spines[main], partial(_at_usual_size, study, spines))


def _found(
    volume: Volume, network: SegmentationNetwork, lowest: Level | None, *, other: Volume | None = None
) -> FoundSpine:
    from deepspine.data.provenance import provenance
    from deepspine.grading.reading_study import FoundSpine
    from deepspine.segmentation.locate import locate
    from deepspine.segmentation.output import levels_json
    from deepspine.segmentation.picture_size import sized_by_spine

    sized = sized_by_spine(volume, network)
    location = locate(sized, network=network, lowest=lowest, other=other)
    # Names of input files may hold those of patients.
    about = levels_json(location, sized, made_by=provenance())
    return FoundSpine(sized, location.mask, location.vertebra_map, location.frames, location.warnings, about)


def _at_usual_size(
    images: StudyImages, spines: Mapping[str, FoundSpine]
) -> tuple[Mapping[str, Sequence[Volume]], Sequence[LevelFrame]]:
    """Scale volumes and frames to a spine of usual size, as the training on pictures did.

    The other contrast of a pair of pictures is laid on the first by its own discs, and left out where it shows too few.
    """
    from deepspine.experiments.picture_levels import at_usual_size, laid_on

    spine = spines[images.main_input]
    main = at_usual_size(spine.volume, spine.frames)
    found: dict[str, Sequence[Volume]] = {images.main_input: [main.volume]}
    for name, stacks in images.volumes.items():
        if name == images.main_input:
            continue
        if not images.is_picture:
            found[name] = [at_usual_size(stack, spine.frames).volume for stack in stacks]
        elif moved := laid_on(at_usual_size(spines[name].volume, spines[name].frames), main):
            found[name] = [moved]
    return found, main.frames
