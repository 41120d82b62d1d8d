"""What an index holds, in numbers, for people and for machines."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass

from deepspine.data.dicom.archive_index import ArchiveIndex
from deepspine.data.dicom.selection import SLOTS, select_series, set_aside


@dataclass(frozen=True)
class IndexSummary:
    """Counts over an archive.

    Attributes
    ----------
    series
        By plane and weighting; localizers, derived series and other body regions by what they are.
    with_slot
        Studies in which a series was chosen, by slot.
    """

    files: int
    rejected: int
    passed_over: dict[str, int]
    patients: int
    studies: int
    series: dict[str, int]
    with_slot: dict[str, int]

    def to_json(self) -> str:
        """Return the summary as one JSON object."""
        return json.dumps(asdict(self), indent=2)

    def to_text(self, *, rejects: str) -> str:
        """Return the summary as lines to read; `rejects` is the name of the list of rejects."""
        lines = [
            f"{self.files} files: {self.patients} patients, {self.studies} studies, {sum(self.series.values())} series",
            *(f"  {count:>6} series {name}" for name, count in self.series.items()),
            *(f"  {count:>6} studies with {slot.replace('_', ' ')}" for slot, count in self.with_slot.items()),
            *(f"  {count:>6} files passed over: {reason}" for reason, count in self.passed_over.items()),
            f"  {self.rejected:>6} rejected" + (f", see {rejects}" if self.rejected else ""),
        ]
        return "\n".join(lines)


def summarize(index: ArchiveIndex, *, n_rejected: int) -> IndexSummary:
    """Count what an index holds."""
    kinds: Counter[str] = Counter()
    patients: set[str] = set()
    slots: Counter[str] = Counter()
    n_studies = 0
    for study in index.studies():
        n_studies += 1
        patients.add(study.patient_key)
        kinds.update(set_aside(one) or f"{one.plane} {one.weighting}" for one in study.series)
        selection = select_series(study)
        slots.update(slot for slot in SLOTS if getattr(selection, slot) is not None)
    return IndexSummary(
        files=index.n_files,
        rejected=n_rejected,
        passed_over=index.passed_over,
        patients=len(patients),
        studies=n_studies,
        series=dict(sorted(kinds.items())),
        with_slot={slot: slots[slot] for slot in SLOTS},
    )
