"""`manifest.json`: what a dataset holds, how it was made, and the checksums to prove it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from deepspine.data.crops import CropPreset
from deepspine.data.dataset.silence import Silence
from deepspine.data.dataset.storage import Folder, Location
from deepspine.data.errors import InputError

MANIFEST = "manifest.json"
REJECTS = "rejects.csv"
FORMAT = "deepspine dataset 1"


@dataclass(frozen=True)
class StudyRecord:
    """A study in a shard.

    Attributes
    ----------
    fingerprint
        Hash of its labels and level frames when it was built: a changed report or localisation shows.
    levels
        Number of samples.
    """

    study_key: str
    patient_key: str
    fingerprint: str
    levels: int


@dataclass(frozen=True)
class Shard:
    """A tar file of samples of one split."""

    name: str
    split: str
    sha256: str
    size_bytes: int
    studies: tuple[StudyRecord, ...]


@dataclass(frozen=True)
class Manifest:
    """Everything about a dataset but its samples.

    Attributes
    ----------
    preset
        Sizes of the crops.
    silence
        How readers take silence unless they say otherwise.
    shares
        Share of patients by split.
    shards
        In the order in which they were written.
    made_by
        Version, command and inputs.
    """

    preset: CropPreset
    silence: Silence
    shares: Mapping[str, float]
    shards: tuple[Shard, ...]
    made_by: Mapping[str, Any]

    @property
    def studies(self) -> Iterator[StudyRecord]:
        """All studies, in the order of the shards."""
        return (study for shard in self.shards for study in shard.studies)

    def of_split(self, split: str) -> tuple[Shard, ...]:
        """Return the shards of one split, or of all for `all`."""
        return tuple(shard for shard in self.shards if split in (shard.split, "all"))

    def with_shard(self, shard: Shard) -> Manifest:
        """Return the manifest with one more shard."""
        return replace(self, shards=(*self.shards, shard))

    def counts(self) -> dict[str, dict[str, int]]:
        """Return patients, studies and samples by split."""
        found: dict[str, dict[str, int]] = {}
        for split in dict.fromkeys(shard.split for shard in self.shards):
            studies = [study for shard in self.of_split(split) for study in shard.studies]
            found[split] = {
                "patients": len({study.patient_key for study in studies}),
                "studies": len(studies),
                "samples": sum(study.levels for study in studies),
            }
        return found

    # ------------------------------------------------------------------- files

    def write(self, folder: Location) -> None:
        """Write the manifest into a dataset's folder; readers see the old one or the new one, never half of it."""
        values = {
            "format": FORMAT,
            "made_by": dict(self.made_by),
            "crops": self.preset.to_json(),
            "silence": self.silence.value,
            "shares": dict(self.shares),
            "counts": self.counts(),
            "shards": [asdict(shard) for shard in self.shards],
        }
        Folder(folder).write(MANIFEST, (json.dumps(values, indent=1) + "\n").encode())

    @classmethod
    def read(cls, folder: Location) -> Manifest:
        """Read the manifest of a dataset.

        Raises
        ------
        InputError
            When the folder holds none, or one of another format.
        """
        place = Folder(folder)
        path = place.file(MANIFEST)
        if not place.exists(MANIFEST):
            if not place.url and not place.path.is_dir():
                raise InputError(f"{place}: no such folder; give the dataset that `deepspine build` made")
            raise InputError(f"{place}: no {MANIFEST}, so no dataset; make one with `deepspine build`")
        try:
            values = json.loads(place.read(MANIFEST))
            if values["format"] != FORMAT:
                raise InputError(f"{path}: format must be {FORMAT!r}, got {values['format']!r}; build it again")
            return cls(
                preset=CropPreset.from_json(values["crops"]),
                silence=Silence(values["silence"]),
                shares=values["shares"],
                shards=tuple(_shard(shard) for shard in values["shards"]),
                made_by=values["made_by"],
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: damaged ({type(error).__name__}: {error}); build the dataset again") from None


def _shard(values: Mapping[str, Any]) -> Shard:
    return Shard(**{**values, "studies": tuple(StudyRecord(**study) for study in values["studies"])})
