"""`spider-names`: whether the discs of SPIDER's pictures are named as their readers counted them.

A grade of SPIDER's belongs to the disc of a number, counted from the lowest that its readers saw, so how many discs
they graded tells which one they took for L5-S1 (`experiments.picture_levels.lowest_as_read`). The shipped network
learned from these pictures how many discs there are, never a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from omegaconf import MISSING

from deepspine.data.agreement import Counts, patient_bootstrap, ratio
from deepspine.data.convert.spider_gradings import graded_discs
from deepspine.data.csv_rows import columns_of, rows_csv
from deepspine.data.errors import DeepspineError
from deepspine.data.geometry import FloatArray
from deepspine.data.pictures import read_picture
from deepspine.data.whole_files import write_whole
from deepspine.experiments.picture_levels import lowest_as_read

if TYPE_CHECKING:
    from deepspine.data.volume import Volume
    from deepspine.segmentation.pose import Segmenter

NAMES_FILE = "names.csv"


@dataclass
class Settings:
    """Keys of the config."""

    modalities: list[str] = MISSING


@dataclass(frozen=True)
class NamedPicture:
    """How the lowest disc of one picture is called.

    Attributes
    ----------
    patient, modality
        As in `images.csv`.
    lowest, lowest_read
        By us, and by its readers; both empty where the picture was refused.
    flagged
        Whether we say ourselves that the names may be wrong.
    """

    patient: str
    modality: str
    lowest: str = ""
    lowest_read: str = ""
    flagged: bool = False

    @property
    def refused(self) -> bool:
        """Whether no name was given."""
        return not self.lowest

    @property
    def alike(self) -> bool:
        """Whether we and the readers name the lowest disc alike."""
        return self.lowest == self.lowest_read


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Name the discs of each picture; write `names.csv` and return a row for each modality and one for all."""
    from deepspine.segmentation.inference import SegmentationNetwork

    network = SegmentationNetwork.load()
    folder = data / "spider_mid"
    graded = graded_discs(folder / "gradings.csv")
    pictures = pd.read_csv(folder / "images.csv", dtype=str)
    listed = [row for row in pictures[["patient", "modality"]].values.tolist() if row[1] in settings.modalities]
    named = []
    for patient, modality in listed:
        picture = read_picture(folder / "images" / f"{patient}_{modality}.png")
        named.append(_named(picture, patient, modality, graded[patient], network))
        advance(1 / len(listed))
    rows = [asdict(one) for one in named]
    write_whole(out / NAMES_FILE, rows_csv(rows, columns_of(rows)))
    of_modality = {one: [picture for picture in named if picture.modality == one] for one in settings.modalities}
    return [summary(name, pictures) for name, pictures in {**of_modality, "all": named}.items()]


def _named(picture: Volume, patient: str, modality: str, n_graded: int, network: Segmenter) -> NamedPicture:
    """Locate the discs of one picture, and tell what its readers called the lowest."""
    from deepspine.segmentation.locate import locate
    from deepspine.segmentation.observations import is_flagged
    from deepspine.segmentation.picture_size import sized_by_spine

    try:
        found = locate(sized_by_spine(picture, network), network=network)
    except DeepspineError:
        return NamedPicture(patient, modality)
    lowest, read = found.hypotheses[0].levels[-1], lowest_as_read(found.hypotheses, n_graded)
    return NamedPicture(patient, modality, lowest.value, read.value, is_flagged(found))


def summary(name: str, pictures: Sequence[NamedPicture]) -> Mapping[str, Any]:
    """Return how many pictures are named as read, with an interval over patients, and how many are flagged."""
    named = [picture for picture in pictures if not picture.refused]
    others = [picture for picture in named if not picture.alike]
    return {
        "pictures": name,
        "n": len(pictures),
        "refused": len(pictures) - len(named),
        "named as read": str(patient_bootstrap(_counts(named), _share_alike)),
        "otherwise": len(others),
        "of these flagged": sum(picture.flagged for picture in others),
        "flagged of those as read": sum(picture.flagged for picture in named if picture.alike),
    }


def _counts(pictures: Sequence[NamedPicture]) -> Counts:
    """Count pictures by patient, as read or not, flagged or not. *Shape:* (patients, 2, 2)."""
    patients = {patient: place for place, patient in enumerate(dict.fromkeys(one.patient for one in pictures))}
    counts = np.zeros((len(patients), 2, 2))
    for one in pictures:
        counts[patients[one.patient], int(one.alike), int(one.flagged)] += 1
    return counts


def _share_alike(counts: Counts) -> FloatArray:
    """Return the share of pictures that are named as read."""
    return ratio(counts[..., 1, :].sum(axis=-1), counts.sum(axis=(-2, -1)))
