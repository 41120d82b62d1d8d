"""One header as a line of JSON, for its way between processes and to disk.

Plain text and no pickle: a file that lies beside an index must not be able to run code when it is read.
"""

from __future__ import annotations

import json
from typing import Any, cast

from deepspine.data.dicom.frame_headers import Frame
from deepspine.data.dicom.headers import Instance
from deepspine.data.dicom.stacks import SlicePlane, Triple
from deepspine.data.dicom.weighting import SequenceParameters


def to_text(instance: Instance) -> str:
    """Return a header as JSON: its named tuples as lists, in the order of their fields."""
    return json.dumps(instance, separators=(",", ":"))


def from_text(text: str) -> Instance:
    """Return the header that `to_text` wrote."""
    *values, frames = json.loads(text)
    return Instance._make([*values, tuple(_frame(*frame) for frame in frames)])


def _frame(number: int, plane: list[list[float]], pixel_mm: list[float], gap_mm: float, parameters: list[Any]) -> Frame:
    position, column_axis, row_axis = (cast(Triple, tuple(triple)) for triple in plane)
    return Frame(
        number=number,
        plane=SlicePlane(position, column_axis, row_axis),
        pixel_mm=(pixel_mm[0], pixel_mm[1]),
        gap_mm=gap_mm,
        parameters=SequenceParameters._make(tuple(value) if isinstance(value, list) else value for value in parameters),
    )
