"""`Sample`: one level of one study, its crops and what is known of it; and its form as files of a shard.

In a shard a sample is one `KEY.json` and one `KEY.INPUT.npy` for each crop that it has, the naming of WebDataset, so
that stock WebDataset readers can stream a deepspine dataset. Crops are stored in half precision: after standardising,
its step (1/1000) is far below the noise of a picture.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deepspine.data.crops import INPUTS, Crop
from deepspine.data.errors import InputError
from deepspine.data.findings import Side, get_finding
from deepspine.data.grade_sets import GradeSet
from deepspine.data.label_table import LabelKey
from deepspine.data.levels import Level

Target = tuple[str, Side]
"""A finding's name and a side: what one label of a level is about."""

SAMPLE_KEYS = frozenset({"study_key", "patient_key", "report_id", "level", "reported", "confidence", "labels"})
"""What a sample says beside its crops; `check` refuses more, so that no report text slips in."""


_CODES = (("%", "%25"), (".", "%2E"))
"""What stands for signs of a study's key in the names of samples, as in addresses of the web."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One level of one study.

    Attributes
    ----------
    study_key, patient_key
        Pseudonymous keys; the patient is the unit of splits.
    report_id
        By which label tables name the study; empty when it has no report.
    level
        The disc level.
    crops
        Crops by input name (`crops.INPUTS`), standardised, nan where the picture does not reach. Missing inputs are
        absent.
    labels
        What the report says. Silence is absent; `silence.filled` may turn it into an assumption.
    reported
        Whether the study has a report that was labelled: without one, silence means nothing whatever the policy.
    confidence
        Probability that the level's name is right, in [0, 1].
    """

    study_key: str
    patient_key: str
    report_id: str
    level: Level
    crops: Mapping[str, Crop]
    labels: Mapping[Target, GradeSet] = field(default_factory=dict)
    reported: bool = False
    confidence: float = 1.0

    @property
    def key(self) -> str:
        """Name of the sample in its shard, without a dot: readers divide name and extension at the first."""
        study = self.study_key
        for sign, code in _CODES:
            study = study.replace(sign, code)
        return f"{study}_{self.level.value}"

    @property
    def presence(self) -> tuple[bool, ...]:
        """Whether each input of `crops.INPUTS` is there, in their order."""
        return tuple(name in self.crops for name in INPUTS)

    def label_key(self, target: Target) -> LabelKey:
        """Return the key under which label tables hold a target of this sample."""
        return LabelKey(self.report_id, self.level, *target)


def study_of(key: str) -> str:
    """Return the study of a sample's key.

    Examples
    --------
    >>> study_of("study_7_L4-L5")
    'study_7'
    >>> study_of("1%2E2%2E840_L4-L5")
    '1.2.840'
    """
    study = key.rpartition("_")[0]
    for sign, code in reversed(_CODES):
        study = study.replace(code, sign)
    return study


def encode(sample: Sample) -> dict[str, bytes]:
    """Return the files of a sample by extension (`json`, `sagittal_t1.npy`), the same bytes for the same sample."""
    about = {
        "study_key": sample.study_key,
        "patient_key": sample.patient_key,
        "report_id": sample.report_id,
        "level": sample.level.value,
        "reported": sample.reported,
        "confidence": round(sample.confidence, 4),
        "labels": sorted([finding, side.value, str(grades)] for (finding, side), grades in sample.labels.items()),
    }
    files = {"json": json.dumps(about, sort_keys=True).encode()}
    for name in INPUTS:
        if name in sample.crops:
            buffer = io.BytesIO()
            np.save(buffer, sample.crops[name].astype(np.float16), allow_pickle=False)
            files[f"{name}.npy"] = buffer.getvalue()
    return files


def decode(files: Mapping[str, bytes]) -> Sample:
    """Read what `encode` wrote.

    Raises
    ------
    InputError
        When a file is missing, damaged or says more than a sample may say.
    """
    try:
        about: dict[str, Any] = json.loads(files["json"])
        if set(about) != SAMPLE_KEYS:
            raise InputError(f"a sample must say {', '.join(sorted(SAMPLE_KEYS))}, got {', '.join(sorted(about))}")
        crops = {
            name: np.load(io.BytesIO(files[f"{name}.npy"]), allow_pickle=False).astype(np.float32)
            for name in INPUTS
            if f"{name}.npy" in files
        }
        labels = {
            (finding, Side(side)): GradeSet.parse(get_finding(finding), grades)
            for finding, side, grades in about.pop("labels")
        }
        return Sample(crops=crops, labels=labels, level=Level.parse(about.pop("level")), **about)
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"a sample is damaged ({type(error).__name__}); build the dataset again") from None
