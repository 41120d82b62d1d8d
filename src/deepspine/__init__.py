"""deepspine: per-level labels from lumbar spine MRI reports, and networks that grade every disc level.

What fits a notebook is plain functions here, imported when first used: `label` texts, `index` an archive, `read_volume`
and `locate` its discs, `read` a whole study, map its `modic` changes. The other verbs work on files, see
`deepspine --help`.

>>> import deepspine
>>> deepspine.label(["L4-5: mild disc bulge."]).rows().__next__()
('1', 'L4-L5', 'bulge', '', 'mild')

Research use only: not a medical device.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepspine.data.dicom.archive_index import index_archive as index
    from deepspine.data.files import read_volume
    from deepspine.data.findings import FINDINGS, Finding, Side
    from deepspine.data.grade_sets import GradeSet
    from deepspine.data.label_table import LabelKey, LabelTable
    from deepspine.data.levels import Level
    from deepspine.labeling.tables import label_texts as label
    from deepspine.segmentation.locate import locate
    from deepspine.studies import modic, read

__version__ = version("deepspine")

_PUBLIC = {
    "FINDINGS": "deepspine.data.findings",
    "Finding": "deepspine.data.findings",
    "GradeSet": "deepspine.data.grade_sets",
    "LabelKey": "deepspine.data.label_table",
    "LabelTable": "deepspine.data.label_table",
    "Level": "deepspine.data.levels",
    "Side": "deepspine.data.findings",
    "index": "deepspine.data.dicom.archive_index:index_archive",
    "label": "deepspine.labeling.tables:label_texts",
    "locate": "deepspine.segmentation.locate",
    "modic": "deepspine.studies",
    "read": "deepspine.studies",
    "read_volume": "deepspine.data.files",
}

__all__ = [
    "FINDINGS",
    "Finding",
    "GradeSet",
    "LabelKey",
    "LabelTable",
    "Level",
    "Side",
    "index",
    "label",
    "locate",
    "modic",
    "read",
    "read_volume",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import deepspine` stays quick."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'deepspine' has no attribute {name!r}")
    module, _, attribute = _PUBLIC[name].partition(":")
    value = getattr(import_module(module), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
