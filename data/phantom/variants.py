"""The same patient otherwise: other times, fat suppression or contrast agent, a lesion in a body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from deepspine.data.errors import ConfigError
from deepspine.data.findings import Side
from deepspine.data.levels import Level, Vertebra
from deepspine.data.phantom.anatomy import Anatomy
from deepspine.data.phantom.lesions import Fracture, Haemangioma, Lesion
from deepspine.data.phantom.pathology import StudyGrades
from deepspine.data.phantom.scanner import ScanPlan
from deepspine.data.phantom.tissues import Sequence


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What differs from the study that the seed alone gives.

    Attributes
    ----------
    t1, t2
        Changes a sequence; None leaves it.
    modic
        Grades of Modic changes at levels, over those that were drawn.
    haemangioma, fracture
        Names of the bodies that have one.
    """

    t1: Callable[[Sequence], Sequence] | None = None
    t2: Callable[[Sequence], Sequence] | None = None
    modic: Mapping[Level, str] = field(default_factory=dict)
    haemangioma: tuple[Vertebra, ...] = ()
    fracture: tuple[Vertebra, ...] = ()

    def scanned(self, plan: ScanPlan) -> ScanPlan:
        """Return the plan with the variant's sequences."""
        t1 = self.t1(plan.t1) if self.t1 else plan.t1
        t2 = self.t2(plan.t2) if self.t2 else plan.t2
        return replace(plan, t1=t1, t2=t2)

    def with_modic(self, grades: StudyGrades) -> StudyGrades:
        """Return the grades with the variant's Modic changes.

        Raises
        ------
        ConfigError
            When the phantom has no such level.
        """
        if unknown := set(self.modic) - set(grades):
            raise ConfigError(f"Modic changes must be at levels of the phantom, got {', '.join(sorted(unknown))}")
        changed = {level: {("modic", Side.MIDLINE): grade} for level, grade in self.modic.items()}
        return {level: {**found, **changed.get(level, {})} for level, found in grades.items()}

    def with_lesions(self, anatomy: Anatomy) -> Anatomy:
        """Return the anatomy with the variant's lesions.

        Raises
        ------
        ConfigError
            When there is no free vertebra of a name.
        """
        return replace(anatomy, lesions=(*anatomy.lesions, *self._lesions(anatomy)))

    def _lesions(self, anatomy: Anatomy) -> Iterator[Lesion]:
        places = {segment.vertebra: position for position, segment in enumerate(anatomy.spine.vertebrae)}
        palette = anatomy.materials.palette
        for name in (*self.haemangioma, *self.fracture):
            if name not in places:
                raise ConfigError(f"a lesion must be in a free vertebra of the phantom, got {name}")
            position = places[name]
            segment, bone = anatomy.spine.vertebrae[position], anatomy.materials.vertebrae[position]
            if name in self.haemangioma:
                yield Haemangioma.of(palette, segment, position + 1)
            if name in self.fracture:
                marrow = frozenset((bone.marrow, bone.vein, *bone.modic.values()))
                yield Fracture.of(palette, segment, position + 1, marrow)
