"""Phantom studies for the tests of Modic changes, made once, changed by nobody.

They are small: the middle slices alone, and of these the columns around the spine.
"""

from dataclasses import dataclass, replace
from functools import cache

from deepspine.data.levels import LUMBAR_LEVELS, Level, Vertebra
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.scanner import SagittalScans, Scan, ScanPlan
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.data.phantom.tissues import Sequence
from deepspine.data.phantom.variants import Variant

SEED = 21
OPTIONS = PhantomOptions(axial=False, scoliosis=0.0)
N_SLICES = 8
"""Of 4 mm and more: bodies without their flanks."""
COLUMNS = slice(48, 272)
GRADES = {Level.L2_L3: "type3", Level.L3_L4: "type1", Level.L4_L5: "type2"}
"""Of the phantom with three types."""
NO_MODIC = dict.fromkeys((Level.T12_L1, *LUMBAR_LEVELS), "none")


@dataclass(frozen=True, kw_only=True)
class MiddleSlices(Variant):
    """Scans few slices."""

    def scanned(self, plan: ScanPlan) -> ScanPlan:
        """Return the plan with the variant's sequences and slices."""
        return replace(super().scanned(plan), sagittal_slices=N_SLICES)


@cache
def three_types() -> PhantomStudy:
    """Return a study with one change of each type: 3 at L2-L3, 1 at L3-L4, 2 at L4-L5."""
    return _small(SEED, MiddleSlices(modic={**NO_MODIC, **GRADES}))


@cache
def three_types_in_full() -> PhantomStudy:
    """Return the changes of `three_types` in all columns of the eight middle of a usual number of slices."""
    study = generate_study(SEED, OPTIONS, variant=Variant(modic={**NO_MODIC, **GRADES}))
    return with_slices(study, slice(4, 12))


@cache
def lesions() -> PhantomStudy:
    """Return the same patient without Modic changes, a haemangioma in L1 and a fracture of L3 in their place."""
    return _small(SEED, MiddleSlices(modic=NO_MODIC, haemangioma=(Vertebra.L1,), fracture=(Vertebra.L3,)))


@cache
def another_patient() -> PhantomStudy:
    """Return a study of another patient."""
    return _small(SEED + 1, MiddleSlices())


@cache
def fat_suppressed() -> PhantomStudy:
    """Return the study with three types, its T1 with suppressed fat."""

    def without_fat(times: Sequence) -> Sequence:
        return replace(times, fat_left=0.05)

    return _small(SEED, MiddleSlices(modic={**NO_MODIC, **GRADES}, t1=without_fat))


def with_slices(study: PhantomStudy, slices: slice) -> PhantomStudy:
    """Return some slices of a study, all of them without gaps."""
    return replace(study, sagittal=_cut(study.sagittal, slices, slice(0, study.mask.shape[2])))


def _small(seed: int, variant: Variant) -> PhantomStudy:
    study = generate_study(seed, OPTIONS, variant=variant)
    return replace(study, sagittal=_cut(study.sagittal, slice(0, N_SLICES), COLUMNS))


def _cut(scans: SagittalScans, slices: slice, columns: slice) -> SagittalScans:
    part = (slices, slice(None), columns)
    rows = scans.classes.shape[1]
    grid = scans.t1.grid.reindexed(
        start=(slices.start, 0, columns.start),
        step=(1, 1, 1),
        shape=(slices.stop - slices.start, rows, columns.stop - columns.start),
    )
    t1, t2 = (Scan(scan.stored[part], grid) for scan in (scans.t1, scans.t2))
    return SagittalScans(t1, t2, scans.classes[part], scans.instances[part], scans.modic[part])
