"""Vertebrae and disc levels of the lower spine, from T1 to S2, with the transitional ones.

A level is named after the two vertebrae around its disc. Spines with six lumbar vertebrae have `L5-L6` and `L6-S1`,
spines with thirteen rib-bearing ones `T12-T13` and `T13-L1`; they are levels like all others, so a label never has to
be forced onto a name that the spine does not have.
"""

from __future__ import annotations

from enum import StrEnum

from deepspine.data.errors import VocabularyError


class Vertebra(StrEnum):
    """A vertebra, in cranial to caudal order."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T5 = "T5"
    T6 = "T6"
    T7 = "T7"
    T8 = "T8"
    T9 = "T9"
    T10 = "T10"
    T11 = "T11"
    T12 = "T12"
    T13 = "T13"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    L6 = "L6"
    S1 = "S1"
    S2 = "S2"


class Level(StrEnum):
    """A disc level, in cranial to caudal order.

    Examples
    --------
    >>> Level.L4_L5
    <Level.L4_L5: 'L4-L5'>
    >>> Level.L4_L5.vertebra_above, Level.L4_L5.vertebra_below
    (<Vertebra.L4: 'L4'>, <Vertebra.L5: 'L5'>)
    >>> sorted([Level.L5_S1, Level.T12_L1])
    [<Level.T12_L1: 'T12-L1'>, <Level.L5_S1: 'L5-S1'>]
    """

    T1_T2 = "T1-T2"
    T2_T3 = "T2-T3"
    T3_T4 = "T3-T4"
    T4_T5 = "T4-T5"
    T5_T6 = "T5-T6"
    T6_T7 = "T6-T7"
    T7_T8 = "T7-T8"
    T8_T9 = "T8-T9"
    T9_T10 = "T9-T10"
    T10_T11 = "T10-T11"
    T11_T12 = "T11-T12"
    T12_T13 = "T12-T13"
    T12_L1 = "T12-L1"
    T13_L1 = "T13-L1"
    L1_L2 = "L1-L2"
    L2_L3 = "L2-L3"
    L3_L4 = "L3-L4"
    L4_L5 = "L4-L5"
    L5_L6 = "L5-L6"
    L5_S1 = "L5-S1"
    L6_S1 = "L6-S1"
    S1_S2 = "S1-S2"

    @classmethod
    def parse(cls, name: str) -> Level:
        """Return the level called `name`, as it is written in label tables (`"L4-L5"`).

        Raises
        ------
        VocabularyError
            When no level has that name; the message lists the lumbar ones.
        """
        try:
            return cls(name)
        except ValueError:
            known = ", ".join(LUMBAR_LEVELS)
            raise VocabularyError(f"level must be one of T12-L1, {known} or a transitional one, got {name!r}") from None

    @classmethod
    def between(cls, upper: Vertebra, lower: Vertebra) -> Level:
        """Return the level between two neighbouring vertebrae."""
        return cls.parse(f"{upper}-{lower}")

    @property
    def vertebra_above(self) -> Vertebra:
        """The vertebra above the disc."""
        return Vertebra(self.value.split("-")[0])

    @property
    def vertebra_below(self) -> Vertebra:
        """The vertebra below the disc."""
        return Vertebra(self.value.split("-")[1])

    @property
    def rank(self) -> int:
        """Position from cranial to caudal, for sorting."""
        return _RANK[self.value]

    def __lt__(self, other: str) -> bool:
        """Order from cranial to caudal."""
        return self.rank < Level(other).rank

    def __gt__(self, other: str) -> bool:
        """Order from cranial to caudal."""
        return self.rank > Level(other).rank

    def __le__(self, other: str) -> bool:
        """Order from cranial to caudal."""
        return self.rank <= Level(other).rank

    def __ge__(self, other: str) -> bool:
        """Order from cranial to caudal."""
        return self.rank >= Level(other).rank


_RANK = {level.value: rank for rank, level in enumerate(Level)}

LUMBAR_LEVELS = (Level.L1_L2, Level.L2_L3, Level.L3_L4, Level.L4_L5, Level.L5_S1)
"""What "all lumbar levels" means."""

REPORTED_LEVELS = (Level.T12_L1, *LUMBAR_LEVELS)
"""The levels that a lumbar report describes in usual anatomy."""

USUAL_VERTEBRAE = tuple(v for v in Vertebra if v not in (Vertebra.T13, Vertebra.L6))
"""Vertebrae of a spine without transitional anatomy, cranial to caudal."""
