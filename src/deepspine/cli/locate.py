"""`deepspine locate`: find the discs of a lumbar MRI and name them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepspine.cli.method import Device, Method
from deepspine.cli.study_options import ArchiveRoot, LowestDisc, SpacingMm


def locate(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT...",
            help="NIfTI, MetaImage or NRRD files, a DICOM series folder, PNG or JPEG pictures, a folder of these, a "
            "manifest of pictures (CSV: path, plane, weighting, spacing_mm, report_id; T1 and T2 of one report are "
            "named together), or an archive's index.parquet (of each study the sagittal T2, else T1; with --axial the "
            "axial T2).",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Output folder; with many inputs one folder each in it.")],
    lowest: LowestDisc = None,
    weights: Annotated[Path | None, typer.Option(help="Weights (.safetensors) in place of the shipped ones.")] = None,
    method: Annotated[
        Method, typer.Option(help="unet: a mask of every voxel. detection: boxes of discs, bodies and S1, as blocks.")
    ] = Method.UNET,
    device: Annotated[
        Device, typer.Option(help="Where the U-Net runs: cpu (ONNX Runtime), or cuda (PyTorch).")
    ] = Device.CPU,
    axial: Annotated[
        bool, typer.Option("--axial", help="Box the disc on axial slices instead: regions.json and overlay.png.")
    ] = False,
    root: ArchiveRoot = None,
    spacing_mm: SpacingMm = None,
    max_reject_share: Annotated[
        float, typer.Option(min=0, max=1, help="Exit with code 3 when more than this share was refused.")
    ] = 0.1,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Find and name the discs: mask.nii.gz, vertebrae.nii.gz, levels.json and overlay.png for each input."""
    import json

    from deepspine.cli.progress import progress
    from deepspine.data.errors import ConfigError, InputError
    from deepspine.data.levels import Level
    from deepspine.data.outputs import check_folder
    from deepspine.segmentation.axial_regions import BOXED_FILES, AxialRegions, shipped_axial_weights
    from deepspine.segmentation.batch import box_axial_inputs, digest_of, find_inputs, locate_inputs, stands_alone
    from deepspine.segmentation.output import LOCATED_FILES

    if axial and (lowest or method is not Method.UNET):
        raise ConfigError("--axial names no levels and has one network; leave --lowest and --method out")
    check_folder("--out", out)
    level = Level.parse(lowest) if lowest else None
    found = find_inputs(inputs, spacing_mm=spacing_mm, axial=axial, root=root)
    alone = stands_alone(found)
    if alone:
        check_folder("--out", out, files=BOXED_FILES if axial else LOCATED_FILES, inputs=inputs)
    out.mkdir(parents=True, exist_ok=True)
    used = weights or (shipped_axial_weights() if axial else method.shipped())
    settings = {"method": "axial" if axial else method.value, "weights": digest_of([used])}
    with progress("locate", total=len(found)) as advance:
        if axial:
            regions = AxialRegions.load(weights, device=device.value)
            done = box_axial_inputs(found, out, regions=regions, settings=settings, advance=advance)
        else:
            network = method.load(weights, device=device)
            done = locate_inputs(found, out, network=network, lowest=level, settings=settings, advance=advance)
    rejects = done.rejects
    rejects.write(out / "rejects.csv")
    if done.n_there:
        typer.echo(f"{done.n_there} of {len(found)} were there already, made from the same input and options", err=True)
    for warning in done.warned[0] if alone and done.warned else ():
        typer.echo(f"warning: {warning}", err=True)
    if done.warned and not alone:
        typer.echo(f"warnings of {len(done.warned)} of {len(found)} inputs: see their levels.json", err=True)
    if as_json:
        summary = {
            "inputs": len(found),
            "already_there": done.n_there,
            "with_warnings": len(done.warned),
            "rejected": len(rejects),
            "out": str(out),
        }
        typer.echo(json.dumps(summary))
    if alone and len(rejects):
        raise InputError(f"{rejects.rows[0][0]}: {rejects.rows[0][1]}")
    rejects.check_share(len(found), allowed=max_reject_share, path=out / "rejects.csv")
