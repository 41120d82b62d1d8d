"""What a network does on the public sets: masks, bodies, names and counts beside what is known of each patient.

Patients that the network learned from are left out of the sets that it learned from: its card says which fold was held
back. The set `volumes` is never learned from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deepspine.data.errors import DeepspineError
from deepspine.data.files import read_volume
from deepspine.data.geometry import Grid, Plane
from deepspine.data.levels import LUMBAR_LEVELS, Level
from deepspine.data.orientation import DISPLAY_AXES_LPS
from deepspine.data.pictures import DEFAULT_HEIGHT_MM, SLICE_SPACING_MM, read_picture
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.segmentation.classes import dice_coefficient
from deepspine.segmentation.level_naming import MIN_CONFIDENCE
from deepspine.segmentation.locate import Location, locate
from deepspine.segmentation.partial_labels import DiscBox
from deepspine.segmentation.picture_size import sized_by_spine
from deepspine.segmentation.pose import Segmenter
from deepspine.segmentation.training_sets import segmentation_fold_of, sudirman_disc_boxes

N_LEVELS_OF_PICTURE = len(LUMBAR_LEVELS)
"""Discs that are annotated on a Sudirman picture, the lowest of which is called L5-S1."""
OTHER_CONTRAST = {"t1": "t2", "t2": "t1"}
"""Which picture of a patient belongs to which; of a further exam it is not stated."""

Keep = Callable[[str], bool]


class TrainedNetwork(Segmenter, Protocol):
    """A `Segmenter` that says whom it learned from: `SegmentationNetwork` and `DetectionNetwork`."""

    @property
    def card(self) -> dict[str, Any]:
        """Content of `model.json`."""


@dataclass(frozen=True)
class NamedPicture:
    """A picture with disc boxes, as it was located.

    Attributes
    ----------
    modality
        `t1` or `t2`.
    in_box
        For each of the five lowest discs, whether a located centre lies in its box.
    all_named
        Whether each of these bears the right name.
    flagged
        Whether it was refused, or came with a warning or a confidence below `MIN_CONFIDENCE`.
    paired
        Whether it was located together with the patient's other contrast.
    """

    modality: str
    in_box: tuple[bool, ...]
    all_named: bool
    flagged: bool
    paired: bool = False


@dataclass(frozen=True)
class Observations:
    """What a network did on patients that it did not learn from, before anything is averaged.

    Attributes
    ----------
    dice
        Vertebrae, discs and canal, for each patient of masked slices.
    pictures
        With disc boxes.
    counts
        Modality, discs located and discs graded, for each picture of which the number is known.
    bodies
        For each volume its group, the labelled bodies' IoU and Dice, and the processor's seconds.
    """

    dice: tuple[tuple[float, float, float], ...] = ()
    pictures: tuple[NamedPicture, ...] = ()
    counts: tuple[tuple[str, int, int], ...] = ()
    bodies: tuple[tuple[str, list[float], list[float], float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain values that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Observations:
        """Return the observations that `to_json` wrote."""
        pictures = tuple(NamedPicture(**one | {"in_box": tuple(one["in_box"])}) for one in content["pictures"])
        dice, counts, bodies = (tuple(map(tuple, content[name])) for name in ("dice", "counts", "bodies"))
        return cls(cast(Any, dice), pictures, cast(Any, counts), cast(Any, bodies))


def observe(
    root: Path,
    network: TrainedNetwork,
    *,
    volumes: bool = True,
    advance: Callable[[float], None] = lambda n: None,
) -> Observations:
    """Run a network on the sets below `root`, on the patients that it did not learn from.

    Parameters
    ----------
    root
        Folder with any of `spider_space`, `sudirman`, `spider_mid` and `volumes`.
    volumes
        Whether it meets `volumes`, which no network learned from: once is enough for a cross-validation.
    advance
        Called with 1 after each patient or picture.
    """
    keep = unseen_by(network)
    named = [located_pictures(root / "sudirman", network, keep, in_pairs=in_pairs) for in_pairs in (False, True)]
    return Observations(
        dice=tuple(_ticked(dice_of_patients(root / "spider_space", network, keep), advance)),
        pictures=tuple(_ticked(chain.from_iterable(named), advance)),
        counts=tuple(_ticked(disc_counts(root / "spider_mid", network, keep), advance)),
        bodies=tuple(_ticked(bodies_of_volumes(root / "volumes", network), advance)) if volumes else (),
    )


def learned_from_all(network: TrainedNetwork) -> bool:
    """Whether the card of a network names no fold of patients that it did not learn from."""
    return int(network.card.get("held_fold", -1)) < 0 or int(network.card.get("n_folds", 0)) < 2


def unseen_by(network: TrainedNetwork) -> Keep:
    """Return whether a network did not learn from a patient, by the fold of its card; all where that names none."""
    if learned_from_all(network):
        return lambda key: True
    n_folds, held = int(network.card["n_folds"]), int(network.card["held_fold"])
    return lambda key: segmentation_fold_of(key, n_folds) == held


def dice_of_patients(folder: Path, network: Segmenter, keep: Keep) -> Iterator[tuple[float, float, float]]:
    """Yield the Dice of vertebrae, discs and canal for each patient of T2 SPACE slices with masks."""
    if not folder.is_dir():
        return
    table = pd.read_csv(folder / "slices.csv", dtype={"patient": str}).sort_values(["patient", "slice"])
    for patient, rows in table.groupby("patient"):
        if not keep(f"spider:{patient}"):
            continue
        truth = np.stack([_labels_of_picture(folder / "masks" / name) for name in rows["file"]])
        stack = np.concatenate([read_picture(folder / "images" / name).voxels for name in rows["file"]])
        found, _ = network.segment(_as_volume(stack))
        vertebra = np.isin(found, (SpineClass.BODY, SpineClass.POSTERIOR))
        pairs = (
            (vertebra, truth == 1),
            (found == SpineClass.DISC, truth == 3),
            (found == SpineClass.CANAL, truth == 2),
        )
        vertebra_dice, disc_dice, canal_dice = (dice_coefficient(guess, real) for guess, real in pairs)
        yield vertebra_dice, disc_dice, canal_dice


def bodies_of_volumes(root: Path, network: Segmenter) -> Iterator[tuple[str, list[float], list[float], float]]:
    """Yield for each volume with one label a body: its group, the bodies' IoU and Dice, and the processor's seconds."""
    for table_path in sorted(root.glob("*/volumes.csv")):
        for row in pd.read_csv(table_path, dtype=str, keep_default_na=False).itertuples(index=False):
            if "IVD" in str(row.source):
                continue
            volume = read_volume(table_path.parent / f"{row.id}.nii.gz")
            truth = read_volume(table_path.parent / f"{row.id}_labels.nii.gz").voxels.astype(np.uint8)
            start = time.process_time()
            found = _bodies(volume, network)
            seconds = time.process_time() - start
            overlaps = [_best_overlap(truth == label, found) for label in range(1, int(truth.max()) + 1)]
            group = "T2 TSE" if table_path.parent.name == "t2_tse" else "other contrasts"
            yield group, [iou for iou, _ in overlaps], [dice for _, dice in overlaps], seconds


def located_pictures(folder: Path, network: Segmenter, keep: Keep, *, in_pairs: bool = False) -> Iterator[NamedPicture]:
    """Yield every Sudirman picture with five boxed discs as it was located; `in_pairs`, with the other contrast."""
    if not folder.is_dir():
        return
    boxes = sudirman_disc_boxes(folder)
    table = pd.read_csv(folder / "images.csv", dtype=str)
    files = dict(zip(zip(table.patient, table.modality, strict=True), table.file, strict=True))
    for (patient, modality), file in files.items():
        lowest = boxes.get((patient, modality), [])[:N_LEVELS_OF_PICTURE]
        if len(lowest) < N_LEVELS_OF_PICTURE or not keep(f"sudirman:{patient}"):
            continue
        other = files.get((patient, OTHER_CONTRAST.get(modality, ""))) if in_pairs else None
        if other or not in_pairs:
            beside = read_picture(folder / "images" / other) if other else None
            yield judge_picture(modality[:2], lowest, read_picture(folder / "images" / file), network, other=beside)


def judge_picture(
    modality: str, lowest: Sequence[DiscBox], volume: Volume, network: Segmenter, *, other: Volume | None = None
) -> NamedPicture:
    """Locate one picture and compare with the boxes of its five lowest discs, from below."""
    paired = other is not None
    try:
        volume = sized_by_spine(volume, network)
        location = locate(volume, network=network, other=other)
    except DeepspineError:
        return NamedPicture(modality, (False,) * len(lowest), False, True, paired)
    by_box = [_level_in(box, location, volume) for box in lowest]
    named = all(found is level for found, level in zip(by_box, reversed(LUMBAR_LEVELS), strict=True))
    return NamedPicture(modality, tuple(level is not None for level in by_box), named, is_flagged(location), paired)


def is_flagged(location: Location) -> bool:
    """Whether a location says itself that its names may be wrong."""
    return bool(location.warnings) or min(frame.confidence for frame in location.frames) < MIN_CONFIDENCE


def disc_counts(folder: Path, network: Segmenter, keep: Keep) -> Iterator[tuple[str, int, int]]:
    """Yield modality, located and graded number of discs down to L5-S1 of each picture; 0 located where refused."""
    if not folder.is_dir():
        return
    for row in pd.read_csv(folder / "images.csv", dtype=str).itertuples(index=False):
        if not keep(f"spider:{row.patient}"):
            continue
        volume = read_picture(folder / "images" / f"{row.patient}_{row.modality}.png")
        try:
            frames = locate(sized_by_spine(volume, network), network=network).frames
            found = sum(frame.level is not Level.S1_S2 for frame in frames)
        except DeepspineError:
            found = 0
        yield str(row.modality), found, int(float(str(row.num_discs)))


def _bodies(volume: Volume, network: Segmenter) -> NDArray[np.uint8]:
    """Return the numbered bodies; none where the volume was refused."""
    try:
        return locate(volume, network=network).vertebra_map
    except DeepspineError:
        return np.zeros(volume.grid.shape, dtype=np.uint8)


def _best_overlap(truth: NDArray[np.bool_], found: NDArray[np.uint8]) -> tuple[float, float]:
    """Return IoU and Dice of a labelled body with the found one that shares most voxels with it."""
    shared = np.bincount(found[truth], minlength=2)
    shared[0] = 0
    best = int(shared.argmax())
    total = int(truth.sum()) + int((found == best).sum()) if shared[best] else 0
    overlap = int(shared[best])
    return (overlap / (total - overlap), 2 * overlap / total) if total else (0.0, 0.0)


def _level_in(box: DiscBox, location: Location, volume: Volume) -> Level | None:
    """Return the name of the located disc whose centre lies in a box, the nearest to its middle; None without."""
    inside = []
    for frame in location.frames:
        _, row, column = volume.grid.ijk_from_lps(frame.center_lps)
        if box.x0 <= column <= box.x1 and box.y0 <= row <= box.y1:
            inside.append((float(np.hypot(*(box.center - (column, row)))), frame.level))
    return min(inside)[1] if inside else None


def _as_volume(stack: NDArray[np.float32]) -> Volume:
    """Return slices of unknown size as a sagittal volume, sized like a picture (see `read_picture`)."""
    pixel_mm = DEFAULT_HEIGHT_MM / stack.shape[1]
    slices, rows, columns = stack.shape
    grid = Grid.from_axes(
        (slices, rows, columns),
        origin_lps=(0.0, 0.0, 0.0),
        axes_lps=DISPLAY_AXES_LPS[Plane.SAGITTAL],
        spacing_mm=(SLICE_SPACING_MM, pixel_mm, pixel_mm),
    )
    return Volume(stack, grid)


def _labels_of_picture(path: Path) -> NDArray[np.uint8]:
    from PIL import Image

    return np.asarray(Image.open(path), dtype=np.uint8)


def _ticked(items: Iterator[Any], advance: Callable[[float], None]) -> Iterator[Any]:
    for item in items:
        advance(1)
        yield item
