"""`deepspine modic`: changed marrow beside the endplates, voxel by voxel, from a T1 and a T2."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepspine.cli.study_options import LowestDisc, ReportId, SpacingMm, T1File, T2File

if TYPE_CHECKING:
    from deepspine.data.volume import Volume
    from deepspine.segmentation.inference import SegmentationNetwork
    from deepspine.segmentation.locate import Location


class Method(StrEnum):
    """What marks the regions; types follow the same rule either way."""

    LEARNED = "learned"
    STATISTICAL = "statistical"


def modic(
    study: Annotated[
        Path | None,
        typer.Argument(
            metavar="[STUDY]",
            help="Folder or zip file of one DICOM study, or folder of a sagittal T1 and T2 (volumes or pictures) whose "
            "names say t1 and t2.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for modic.nii.gz, modic.csv and modic.png.")] = Path("modic"),
    t1: T1File = None,
    t2: T2File = None,
    lowest: LowestDisc = None,
    spacing_mm: SpacingMm = None,
    report_id: ReportId = None,
    method: Annotated[
        Method,
        typer.Option(help="learned: networks mark the regions. statistical: outliers of each body's own marrow."),
    ] = Method.LEARNED,
    weights: Annotated[
        Path | None, typer.Option(help="Folder of the networks, as `experiment modic-map` writes it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Map Modic changes voxel by voxel on a T1 and T2 pair. Research use only."""
    import json

    from deepspine.data.errors import ConfigError, InputError
    from deepspine.data.levels import Level
    from deepspine.data.outputs import check_folder
    from deepspine.grading.modic.learned_regions import SHIPPED, RegionModel
    from deepspine.grading.modic.mapping import map_modic
    from deepspine.grading.modic.output import COLUMNS, MODIC_FILES, row_of, write_modic
    from deepspine.grading.reading_inputs import SAGITTAL_T1, SAGITTAL_T2, find_study
    from deepspine.grading.reading_pairs import t1_on_t2
    from deepspine.segmentation.inference import SegmentationNetwork
    from deepspine.segmentation.locate import locate
    from deepspine.segmentation.picture_size import sized_by_spine

    check_folder("--out", out, files=MODIC_FILES, inputs=[study, t1, t2])
    if weights is not None and method is Method.STATISTICAL:
        raise ConfigError("--weights belong to --method learned")
    model = RegionModel.load(weights or SHIPPED) if method is Method.LEARNED else None
    images = find_study(study, t1=t1, t2=t2, spacing_mm=spacing_mm, report_id=report_id)
    for name, other in ((SAGITTAL_T1, "T2"), (SAGITTAL_T2, "T1")):
        if name not in images.volumes:
            why = "; ".join(images.warnings) or f"the study has {other} alone"
            raise InputError(f"Modic types need a sagittal T1 and a sagittal T2: {why}")
    network = SegmentationNetwork.load()
    fixed = sized_by_spine(images.volumes[SAGITTAL_T2][0], network)
    level = Level.parse(lowest) if lowest else None
    location = locate(fixed, network=network, lowest=level, other=t1_on_t2(images))
    moved, warnings = _paired(images.volumes[SAGITTAL_T1][0], fixed, location, network)
    found = map_modic(
        moved,
        fixed,
        mask=location.mask,
        vertebra_map=location.vertebra_map,
        frames=location.frames,
        model=model,
    )
    write_modic(found, moved, fixed, out, report_id=images.report_id)
    for warning in (*warnings, *location.warnings, *found.warnings):
        sys.stderr.write(f"warning: {warning}\n")
    if as_json:
        rows = [dict(zip(COLUMNS, row_of(images.report_id, one), strict=True)) for one in found.endplates]
        sys.stdout.write(json.dumps(rows) + "\n")
    else:
        n_changed = sum(sum(one.shares) > 0 for one in found.endplates)
        sys.stdout.write(f"{n_changed} of {len(found.endplates)} endplates changed; see {out / 'modic.csv'}\n")


def _paired(t1: Volume, t2: Volume, location: Location, network: SegmentationNetwork) -> tuple[Volume, list[str]]:
    """Bring T1 to the grid of T2; refuse one that shows another spine."""
    from dataclasses import replace

    import numpy as np

    from deepspine.data.errors import InputError
    from deepspine.data.spine_classes import SpineClass
    from deepspine.grading.modic.doubts import MIN_PATIENT_OVERLAP, body_overlap
    from deepspine.grading.modic.registration import register
    from deepspine.segmentation.pose import check_pose

    if not t2.origin.has_patient_space:
        # Pictures of a pair are of one size and field of view: the place of the one is that of the other.
        t1 = replace(t1, grid=t2.grid)
    check_pose(t1, network)
    spine = np.isin(location.mask, (SpineClass.BODY, SpineClass.DISC, SpineClass.SACRUM))
    done = register(t1, t2, spine)
    moved = replace(t1, voxels=done.voxels, grid=t2.grid)
    mask, _ = network.segment(moved.with_voxels(np.nan_to_num(done.voxels)))
    overlap = body_overlap(mask, location.mask)
    if overlap < MIN_PATIENT_OVERLAP:
        raise InputError(
            f"the vertebral bodies of T1 and T2 overlap by {overlap:.0%} (Dice): they are of two patients, or one of "
            "them lies otherwise than its header says"
        )
    warnings = [f"T1 was moved by {done.moved_mm:.1f} mm onto T2"] if done.is_moved else []
    return moved, warnings
