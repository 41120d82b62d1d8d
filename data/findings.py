"""Findings, their scales of grades and their sides: the columns of every label table.

Terms follow Fardon 2014 (lumbar disc nomenclature 2.0), Meyerding 1932 (slips), Modic 1988 (endplates) and Pfirrmann
2001 (degeneration). `docs/labels.md` has the whole scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from deepspine.data.errors import VocabularyError


class Side(StrEnum):
    """The patient's side; `MIDLINE` (an empty cell in tables) for findings that have none."""

    MIDLINE = ""
    LEFT = "left"
    RIGHT = "right"

    @property
    def mirrored(self) -> Side:
        """The other side; the midline is its own mirror."""
        return {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}.get(self, self)


@dataclass(frozen=True)
class Finding:
    """A finding and the values that it may take.

    Attributes
    ----------
    name
        As in label tables, for example `canal_stenosis`.
    scale
        Grades, from the mildest to the worst for ordinal findings.
    lateral
        Whether there is one label for each side.
    ordinal
        Whether the order of the scale means more and more disease; nominal scales have none.
    core
        Whether the finding is part of the gold labels and of the scores.
    codes
        Concepts of RadLex (RID) and elements of RadElement (RDE) for the same thing, where they exist.
    """

    name: str
    scale: tuple[str, ...]
    lateral: bool = False
    ordinal: bool = True
    core: bool = True
    codes: tuple[str, ...] = ()

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that a label of this finding may have."""
        return (Side.LEFT, Side.RIGHT) if self.lateral else (Side.MIDLINE,)

    @property
    def absent(self) -> str | None:
        """The grade that means "not there", or None for scales without one (Pfirrmann, zone)."""
        return "none" if "none" in self.scale else None

    def __str__(self) -> str:
        return self.name


_SEVERITY = ("none", "mild", "moderate", "severe")
_PRESENCE = ("none", "present")
_ZONES = (
    "central",
    "subarticular_left",
    "subarticular_right",
    "foraminal_left",
    "foraminal_right",
    "extraforaminal_left",
    "extraforaminal_right",
)

# RadLex: Tan 2018, table 2, the first of a range; RadElement: set RDES300, lumbar degenerative disc disease on MR.
_ALL = (
    Finding("canal_stenosis", _SEVERITY, codes=("RID5029",)),
    Finding("foraminal_stenosis", _SEVERITY, lateral=True, codes=("RID5034",)),
    Finding("subarticular_stenosis", _SEVERITY, lateral=True, codes=("RDE2031",)),
    Finding("bulge", _SEVERITY, codes=("RID5089", "RDE1518")),
    Finding("herniation", ("none", "protrusion", "extrusion", "sequestration"), codes=("RID5090", "RDE1518")),
    Finding("modic", ("none", "type1", "type2", "type3"), ordinal=False, codes=("RDE1517",)),
    Finding("spondylolisthesis", ("none", "grade1", "grade2", "grade3", "grade4"), codes=("RID4780",)),
    Finding("retrolisthesis", _PRESENCE),
    Finding("degeneration", _SEVERITY, codes=("RID5086",)),
    Finding("nerve_root", ("none", "contact", "displacement", "compression"), lateral=True),
    Finding("thecal_sac", ("none", "contact", "indentation", "compression")),
    Finding("disc_height_loss", _SEVERITY, core=False, codes=("RID5088", "RDE1515")),
    Finding("pfirrmann", ("grade1", "grade2", "grade3", "grade4", "grade5"), core=False, codes=("RDE2055",)),
    Finding("facet_arthropathy", _SEVERITY, lateral=True, core=False),
    Finding("ligamentum_flavum_hypertrophy", _SEVERITY, core=False),
    Finding("annular_fissure", _PRESENCE, core=False),
    Finding("schmorl_node", _PRESENCE, core=False),
    Finding("synovial_cyst", _PRESENCE, lateral=True, core=False),
    Finding("herniation_zone", _ZONES, ordinal=False, core=False),
    Finding("herniation_migration", ("none", "cranial", "caudal"), ordinal=False, core=False),
)

FINDINGS: Mapping[str, Finding] = MappingProxyType({finding.name: finding for finding in _ALL})
"""All findings by name, in the order in which tables and pages show them."""

CORE_FINDINGS = tuple(finding for finding in _ALL if finding.core)
"""The findings of the gold labels and scores."""


def get_finding(name: str) -> Finding:
    """Return the finding called `name`.

    Raises
    ------
    VocabularyError
        When there is none of that name; the message lists all.

    Examples
    --------
    >>> get_finding("herniation").scale
    ('none', 'protrusion', 'extrusion', 'sequestration')
    """
    try:
        return FINDINGS[name]
    except KeyError:
        raise VocabularyError(f"finding must be one of {', '.join(FINDINGS)}, got {name!r}") from None
