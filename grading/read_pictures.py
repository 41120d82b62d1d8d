"""The pictures of a reading's page, as PNG data URIs so that the page is one file."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from deepspine.data.geometry import FloatArray
from deepspine.data.spine_drawing import WINDOW_PERCENTILES

if TYPE_CHECKING:
    from PIL.Image import Image

CROP_HEIGHT_PX = 200
DOTS_PER_INCH = 120
GLOW = (255, 140, 0)
"""Colour of evidence."""
GLOW_OPACITY = 0.75
OUTSIDE = (24, 30, 44)
"""Colour where a picture does not reach: no grey of the picture's own."""


def as_data_uri(figure: Figure) -> str:
    """Return a figure as `data:image/png;base64,...`; equal figures are equal bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return png_data_uri(buffer.getvalue())


def crop_picture(pixels: NDArray[np.float32], *, axial: bool) -> str:
    """Return a slice of a crop, (rows, columns), as a data URI; axial ones bear the patient's sides."""
    return _png(_enlarged(_gray(pixels)), axial=axial)


def evidence_picture(pixels: NDArray[np.float32], evidence: NDArray[np.float32], *, axial: bool) -> str:
    """Return a slice of a crop, (rows, columns), as a data URI, what speaks for a finding glowing in it.

    It glows brightest where most speaks for it; `evidence` has the shape of `pixels`.
    """
    strength = np.maximum(evidence, 0.0)
    strength = strength / (strength.max() or 1.0) * GLOW_OPACITY
    colors = _gray(pixels) * (1 - strength[..., None]) + np.array(GLOW) * strength[..., None]
    return _png(_enlarged(colors), axial=axial)


def _gray(pixels: NDArray[np.float32]) -> FloatArray:
    """Return grey levels as colours in [0, 255]; (rows, columns) to (rows, columns, 3)."""
    inside = np.isfinite(pixels)
    low, high = np.percentile(pixels[inside], WINDOW_PERCENTILES) if inside.any() else (0.0, 1.0)
    gray = np.clip((np.nan_to_num(pixels) - low) / max(high - low, 1e-6), 0, 1) * 255
    return np.where(inside[..., None], gray[..., None], np.array(OUTSIDE, dtype=float))


def _enlarged(colors: FloatArray) -> Image:
    from PIL import Image

    picture = Image.fromarray(np.round(colors).astype(np.uint8))
    width = round(CROP_HEIGHT_PX * picture.width / picture.height)
    return picture.resize((width, CROP_HEIGHT_PX), Image.Resampling.BICUBIC)


def _png(picture: Image, *, axial: bool) -> str:
    from PIL import ImageDraw

    if axial:
        draw = ImageDraw.Draw(picture)
        middle = picture.height // 2 - 6
        # Axial crops are cut with columns from the patient's right.
        draw.text((5, middle), "R", fill=(255, 176, 0))
        draw.text((picture.width - 11, middle), "L", fill=(255, 176, 0))
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=True)
    return png_data_uri(buffer.getvalue())


def png_data_uri(content: bytes) -> str:
    """Return a PNG file as `data:image/png;base64,...`."""
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")
