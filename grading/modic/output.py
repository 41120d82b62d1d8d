"""The files of a Modic map: `modic.nii.gz`, `modic.csv` and a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepspine.data.csv_rows import csv_text
from deepspine.data.files import write_mask
from deepspine.data.volume import Volume
from deepspine.data.whole_files import whole_file, write_whole
from deepspine.grading.modic.mapping import EndplateChange, ModicMap

COLUMNS = (
    "report_id",
    "level",
    "vertebra",
    "endplate",
    "volume_mm3",
    "area_mm2",
    "share_of_body",
    "height_mm",
    "type1",
    "type2",
    "type3",
    "grades",
    "endplate_grades",
    "score",
    "doubt",
)
"""Of `modic.csv`; `volume_mm3` is empty for a single picture, `grades` are those of the disc, `endplate_grades` of the
endplate alone."""
MODIC_FILES = ("modic.nii.gz", "modic.png", "modic.csv")
TYPE_COLORS = ((0.86, 0.15, 0.50), (1.00, 0.69, 0.00), (0.39, 0.56, 1.00))
"""Types 1 to 3, told apart by colour-blind readers (IBM design palette)."""
OPACITY = 0.65
HEIGHT_INCHES = 6.0
DISPLAY_PERCENTILES = (1.0, 95.0)
"""Fat under the skin is white, so that marrow is grey."""


def write_modic(found: ModicMap, t1: Volume, t2: Volume, folder: Path, *, report_id: str) -> None:
    """Write the map in the grid of the T2's file, the table and the picture.

    Parameters
    ----------
    found
        The map.
    t1, t2
        In one grid.
    folder
        Made when it is not there.
    report_id
        For the table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mask, picture, table = (folder / name for name in MODIC_FILES)
    write_mask(found.types, t2, mask)
    draw_map(found, t1, t2, picture)
    rows = [row_of(report_id, one) for one in found.endplates]
    write_whole(table, csv_text(rows, COLUMNS))


def row_of(report_id: str, one: EndplateChange) -> tuple[str, ...]:
    """Return an endplate as a row of `modic.csv`."""
    return (
        report_id,
        one.level.value,
        one.vertebra.value,
        "upper" if one.is_upper else "lower",
        "" if np.isnan(one.volume_mm3) else f"{one.volume_mm3:.0f}",
        f"{one.area_mm2:.0f}",
        f"{one.share_of_body:.3f}",
        f"{one.height_mm:.1f}",
        *(f"{share:.2f}" for share in one.shares),
        str(one.grades),
        str(one.endplate_grades),
        f"{one.score:.2f}",
        one.doubt,
    )


def draw_map(found: ModicMap, t1: Volume, t2: Volume, path: Path) -> None:
    """Draw the slice with most changed marrow (else the middle one): T1, T2, and T2 with the map in colour."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    per_slice = (found.types > 0).sum(axis=(1, 2))
    index = int(per_slice.argmax()) if per_slice.any() else len(per_slice) // 2
    rows_mm, columns_mm = (n * mm for n, mm in zip(t2.grid.shape[1:], t2.spacing_mm[1:], strict=True))
    figure = Figure(figsize=(3 * HEIGHT_INCHES * columns_mm / rows_mm, HEIGHT_INCHES))
    panels = figure.subplots(1, 3)
    figure.subplots_adjust(0, 0, 1, 0.95, wspace=0.01)
    for axes, volume, title in zip(panels, (t1, t2, t2), ("T1", "T2", "Modic map (research use)"), strict=True):
        picture = volume.voxels[index]
        low, high = np.nanpercentile(picture, DISPLAY_PERCENTILES)
        axes.imshow(
            picture,
            cmap="gray",
            vmin=low,
            vmax=max(high, low + 1e-6),
            aspect=rows_mm / columns_mm * picture.shape[1] / picture.shape[0],
        )
        axes.set_title(title, fontsize=9)
        axes.set_axis_off()
    overlay = np.zeros((*found.types.shape[1:], 4))
    for number, color in enumerate(TYPE_COLORS, start=1):
        overlay[found.types[index] == number] = (*color, OPACITY)
    panels[2].imshow(overlay, interpolation="nearest", aspect=panels[2].get_aspect())
    handles = [Patch(color=color, label=f"type {number}") for number, color in enumerate(TYPE_COLORS, start=1)]
    panels[2].legend(handles=handles, loc="lower left", fontsize=7, framealpha=0.8)
    with whole_file(path) as partial:
        figure.savefig(partial, format="png", dpi=110, metadata={"Software": None})
