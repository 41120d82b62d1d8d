"""Plain pictures (PNG, JPEG) as volumes of one slice, with every assumption stated.

A picture has no patient space. Its place is assumed: for a sagittal one head up and the patient's front on the left,
the midline at x = 0; for an axial one the front up and the patient's right on the left. Their origin says
`has_patient_space=False`, so that nothing downstream takes the sides or sizes for measured.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import InputError
from deepspine.data.geometry import Grid, Plane
from deepspine.data.orientation import DISPLAY_AXES_LPS
from deepspine.data.volume import Volume, VolumeOrigin

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
DEFAULT_HEIGHT_MM = 280.0
"""Assumed extent of a picture from top to bottom where no pixel size is given: the usual field of view of a sagittal
lumbar MRI (260 to 300 mm), which survives the resizing that pictures go through; a pixel size would not."""
SLICE_SPACING_MM = 4.0
"""Assumed distance to a neighbouring slice, as in clinical lumbar stacks; a picture has none."""


def read_picture(path: Path | str, *, spacing_mm: float | None = None, plane: Plane = Plane.SAGITTAL) -> Volume:
    """Read a grey picture as a volume of one slice; colours become grey, 16 bits stay.

    Parameters
    ----------
    path
        PNG or JPEG file.
    spacing_mm
        Size of a (square) pixel, mm; without it the height is taken for `DEFAULT_HEIGHT_MM`.
    plane
        What the picture shows.

    Returns
    -------
    Voxels of shape (1, height, width), the centre of the picture at the origin of patient space.

    Raises
    ------
    InputError
        When the file is missing, damaged or all of one value, or the spacing is not positive.
    """
    path = Path(path)
    if spacing_mm is not None and not 0 < spacing_mm < np.inf:
        raise InputError(f"the pixel size of {path.name} must be positive, got {spacing_mm} mm")
    pixels = _grey_values(path)
    if pixels.min() == pixels.max():
        raise InputError(f"{path} has the same value {pixels.min():g} in every pixel; it holds no image")
    pixel_mm = DEFAULT_HEIGHT_MM / len(pixels) if spacing_mm is None else spacing_mm
    origin = VolumeOrigin(source=str(path), has_patient_space=False, spacing_is_assumed=spacing_mm is None)
    return Volume(pixels[None], picture_grid(pixels.shape, pixel_mm, plane), origin=origin)


def picture_grid(shape: tuple[int, int], pixel_mm: float, plane: Plane = Plane.SAGITTAL) -> Grid:
    """Return the grid of a picture of `shape` (rows, columns), its centre at the origin of patient space."""
    height, width = shape
    axes = DISPLAY_AXES_LPS[plane]
    origin = -(axes[1] * (height - 1) + axes[2] * (width - 1)) / 2 * pixel_mm
    return Grid.from_axes(
        (1, height, width), origin_lps=origin, axes_lps=axes, spacing_mm=(SLICE_SPACING_MM, pixel_mm, pixel_mm)
    )


def _grey_values(path: Path) -> NDArray[np.float32]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            grey = picture if picture.mode.startswith(("I", "F")) else picture.convert("RGB").convert("L")
            return np.asarray(grey, dtype=np.float32)
    except FileNotFoundError:
        raise InputError(f"no file {path}; check the spelling of the path") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise InputError(f"{path} cannot be read as a picture; it is damaged or of another kind") from None
