"""Makes one phantom study in memory: anatomy, pathology, scans, report and truth, all from one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deepspine.data.findings import FINDINGS
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level, Vertebra
from deepspine.data.phantom.anatomy import Anatomy, make_anatomy
from deepspine.data.phantom.dicom_files import StudyTags, made_uid
from deepspine.data.phantom.motion import draw_motion
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.pathology import StudyGrades, draw_grades, progressed
from deepspine.data.phantom.report_styles import STYLES
from deepspine.data.phantom.reports import Report, with_label_noise, write_report
from deepspine.data.phantom.scanner import SagittalScans, Scan, ScanPlan, draw_plan, scan_axial, scan_sagittal
from deepspine.data.phantom.shapes import draw_shapes
from deepspine.data.phantom.soft_tissue import Texture, draw_body
from deepspine.data.phantom.spine import FOUR_LUMBAR, Spine, draw_habitus, level_names
from deepspine.data.phantom.variants import Variant
from deepspine.data.volume import Volume, VolumeOrigin, Weighting

N_GRADED_LEVELS = 6
"""Discs with drawn pathology, from the lowest upwards: T12-L1 to L5-S1 in usual anatomy."""


@dataclass(frozen=True)
class StudyIdentity:
    """Which study of an archive this is, and the seeds that follow.

    Attributes
    ----------
    index
        Position in the archive, from 0.
    seed
        Seed of the archive.
    patient_index
        Index of the patient's first study; the spine depends on it alone.
    """

    index: int
    seed: int
    patient_index: int

    @property
    def tags(self) -> StudyTags:
        """Identifiers of the study."""
        report_id = f"phantom-{self.index + 1:04d}"
        return StudyTags(
            report_id=report_id,
            patient_id=f"P{self.patient_index + 1:04d}",
            study_uid=made_uid("deepspine phantom", self.seed, report_id),
            frame_of_reference_uid=made_uid("deepspine phantom frame", self.seed, report_id),
        )

    @property
    def is_first(self) -> bool:
        """Whether it is the patient's first examination."""
        return self.index == self.patient_index

    def rng(self, what: str, *, of_patient: bool = False) -> np.random.Generator:
        """Return a source of chance of its own for one purpose."""
        number = self.patient_index if of_patient else self.index
        return np.random.default_rng([self.seed, number, *what.encode()])


@dataclass(frozen=True, eq=False)
class PhantomStudy:
    """A study and all truth about it.

    Attributes
    ----------
    identity
        Where it stands in an archive.
    plan
        How it was scanned.
    sagittal
        T1 and T2, with mask classes (`SpineClass`), vertebra numbers (1 = lowest free one), Modic types on their grid.
    axial
        T2 slabs by level, from cranial to caudal; empty when axial scans were not asked for.
    spine
        The anatomy in patient space.
    grades
        What the picture has.
    report
        Text and what it says.
    transitional
        "", "six" or "four" lumbar vertebrae.
    """

    identity: StudyIdentity
    plan: ScanPlan
    sagittal: SagittalScans
    axial: tuple[tuple[Level, Scan], ...]
    spine: Spine
    grades: StudyGrades
    report: Report
    transitional: str

    @property
    def sagittal_t1(self) -> Volume:
        """The sagittal T1 series as a volume."""
        return self._volume(self.sagittal.t1, Weighting.T1)

    @property
    def sagittal_t2(self) -> Volume:
        """The sagittal T2 series as a volume."""
        return self._volume(self.sagittal.t2, Weighting.T2)

    @property
    def axial_t2(self) -> dict[Level, Volume]:
        """The axial T2 slabs as volumes."""
        return {level: self._volume(scan, Weighting.T2) for level, scan in self.axial}

    @property
    def mask(self) -> NDArray[np.uint8]:
        """`SpineClass` of every voxel of the sagittal grid."""
        return self.sagittal.classes

    @property
    def vertebra_mask(self) -> NDArray[np.uint8]:
        """Number of the vertebral body in every voxel of the sagittal grid: 1 is the lowest free one."""
        return self.sagittal.instances

    @property
    def modic_mask(self) -> NDArray[np.uint8]:
        """Modic type (1 to 3) of every voxel of the sagittal grid, 0 where there is no Modic change."""
        return self.sagittal.modic

    @property
    def frames(self) -> tuple[LevelFrame, ...]:
        """Frames of the named discs whose centre lies in the sagittal pictures, cranial to caudal."""
        grid = self.sagittal.t2.grid
        return tuple(disc.frame for disc in self.spine.levels.values() if bool(grid.contains(disc.center_lps)))

    @property
    def vertebra_centers(self) -> dict[Vertebra, FloatArray]:
        """Centres (LPS mm) of named bodies and sacral segments in the sagittal pictures, cranial to caudal."""
        grid = self.sagittal.t2.grid
        segments = [*reversed(self.spine.vertebrae), *self.spine.sacrum]
        return {
            segment.vertebra: segment.center_lps
            for segment in segments
            if segment.vertebra is not None and bool(grid.contains(segment.center_lps))
        }

    @property
    def labels(self) -> dict[LabelKey, GradeSet]:
        """What the picture has, as rows of a label table."""
        report_id = self.identity.tags.report_id
        return {
            LabelKey(report_id, level, name, side): GradeSet.of(FINDINGS[name], grade)
            for level, found in self.grades.items()
            for (name, side), grade in found.items()
        }

    def _volume(self, scan: Scan, weighting: Weighting) -> Volume:
        tags = self.identity.tags
        origin = VolumeOrigin(
            source=tags.report_id, patient_key=tags.patient_id, frame_of_reference=tags.frame_of_reference_uid
        )
        return Volume(scan.stored.astype(np.float32), scan.grid, weighting, origin)


def generate_study(
    seed: int,
    options: PhantomOptions | None = None,
    *,
    index: int = 0,
    patient_index: int | None = None,
    variant: Variant | None = None,
) -> PhantomStudy:
    """Make one study.

    Parameters
    ----------
    seed
        Seed of the archive; studies of one archive differ by their index.
    options
        Shares of scoliosis, transitional anatomy, label noise and so on.
    index, patient_index
        Position in the archive and that of the patient's first study (itself when None).
    variant
        What is scanned otherwise, or what else is in the bones; the study is the same but for that.

    Examples
    --------
    >>> study = generate_study(3, PhantomOptions(axial=False))
    >>> study.sagittal_t2.grid.plane.value, study.frames[-1].level.value
    ('sagittal', 'L5-S1')
    """
    options = options or PhantomOptions()
    identity = StudyIdentity(index, seed, index if patient_index is None else patient_index)
    plan = draw_plan(identity.rng("plan"), cut_field_of_view=options.cut_field_of_view)
    variant = variant or Variant()
    plan = replace(variant.scanned(plan), motion=draw_motion(identity.rng("motion"), share=options.motion))
    grades, anatomy, transitional = _make_patient(identity, options, variant)
    scan_rng = identity.rng("scan")
    sagittal = scan_sagittal(anatomy, plan, scan_rng)
    axial = tuple(scan_axial(anatomy, plan, scan_rng)) if options.axial else ()
    return PhantomStudy(
        identity=identity,
        plan=plan,
        sagittal=sagittal,
        axial=axial,
        spine=anatomy.spine,
        grades=grades,
        report=_make_report(identity, grades, options),
        transitional=transitional,
    )


def _make_patient(
    identity: StudyIdentity, options: PhantomOptions, variant: Variant
) -> tuple[StudyGrades, Anatomy, str]:
    rng = identity.rng("patient", of_patient=True)
    habitus = draw_habitus(rng, scoliosis=options.scoliosis, transitional=options.transitional)
    body = draw_body(rng)
    levels = [level for level in level_names(habitus.transitional)[:N_GRADED_LEVELS] if level is not None]
    if habitus.transitional == FOUR_LUMBAR:
        levels = levels[: N_GRADED_LEVELS - 1]
    grades = draw_grades(rng, sorted(levels))
    if not identity.is_first:
        grades = progressed(identity.rng("progress"), grades)
    grades = variant.with_modic(grades)
    anatomy = make_anatomy(
        habitus,
        body,
        draw_shapes(identity.rng("shapes", of_patient=True), grades),
        texture=Texture.draw(rng),
        conus_shift_mm=float(rng.normal(0.0, 9.0)),
    )
    return grades, variant.with_lesions(anatomy), habitus.transitional


def _make_report(identity: StudyIdentity, grades: StudyGrades, options: PhantomOptions) -> Report:
    rng = identity.rng("report")
    told: StudyGrades = with_label_noise(rng, grades, options.label_noise)
    styles = list(STYLES)
    style = styles[(identity.index + int(identity.seed)) % len(styles)]
    return write_report(rng, told, style=style, omission=options.omission)


def study_row(study: PhantomStudy) -> Mapping[str, str]:
    """Return the study's row of `studies.csv`."""
    tags = study.identity.tags
    return {
        "report_id": tags.report_id,
        "patient_id": tags.patient_id,
        "study_uid": tags.study_uid,
        "style": study.report.style,
        "seed": str(study.identity.seed),
        "transitional": study.transitional,
        "cut": study.plan.cut,
        "axial_levels": "|".join(level.value for level, _ in study.axial),
    }
