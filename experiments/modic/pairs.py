"""Pairs of sagittal pictures made ready for Modic changes once and kept: both at usual size, T1 on the grid of T2."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import Grid
from deepspine.data.phantom.study import PhantomStudy
from deepspine.data.pictures import read_picture
from deepspine.data.spine_classes import SpineClass
from deepspine.data.usual_size import at_usual_size, laid_on
from deepspine.data.volume import Volume
from deepspine.data.whole_files import whole_file
from deepspine.experiments.picture_levels import locate_as_read
from deepspine.grading.modic.registration import register
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.locate import Location, locate
from deepspine.segmentation.picture_size import sized_by_spine
from deepspine.segmentation.pose import Segmenter


@dataclass(frozen=True, eq=False)
class LocatedPair:
    """T1 and T2 of one patient in one grid, with what `locate` found on T2.

    Attributes
    ----------
    patient
        Key; that of the report too.
    t1, t2
        In one grid; T1 is nan where it does not reach.
    mask, vertebra_map
        As `locate` gives them.
        *Shape:* `[slice, row, column]`
    frames
        Named discs, cranial to caudal.
    truth
        Modic type of every voxel (0 to 3) of a phantom; None of real pictures.
    """

    patient: str
    t1: Volume
    t2: Volume
    mask: NDArray[np.uint8]
    vertebra_map: NDArray[np.uint8]
    frames: tuple[LevelFrame, ...]
    truth: NDArray[np.uint8] | None = None

    def write(self, path: Path) -> None:
        """Write the pair to one file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as partial, partial.open("wb") as file:
            self._save(file)

    def _save(self, file: IO[bytes]) -> None:
        np.savez_compressed(
            file,
            # Half precision keeps the 11 bits of a scanner.
            t1=self.t1.voxels.astype(np.float16),
            t2=self.t2.voxels.astype(np.float16),
            mask=self.mask,
            vertebra_map=self.vertebra_map,
            truth=self.truth if self.truth is not None else np.zeros(0, np.uint8),
            affine=self.t2.grid.affine,
            frames=json.dumps([frame.to_json() for frame in self.frames]),
        )

    @classmethod
    def read(cls, path: Path) -> LocatedPair:
        """Read what `write` wrote."""
        with np.load(path) as stored:
            grid = Grid(stored["mask"].shape, stored["affine"])
            frames = tuple(LevelFrame.from_json(values) for values in json.loads(str(stored["frames"])))
            t1, t2 = (Volume(stored[name].astype(np.float32), grid) for name in ("t1", "t2"))
            truth = stored["truth"] if stored["truth"].size else None
            return cls(path.stem, t1, t2, stored["mask"], stored["vertebra_map"], frames, truth)


def picture_pairs(
    folder: Path,
    kept: Path,
    *,
    prefix: str,
    patients: Sequence[str] | None = None,
    n_graded: Mapping[str, int] | None = None,
    network: Segmenter | None = None,
    advance: Callable[[float], None] = lambda n: None,
) -> Iterator[LocatedPair]:
    """Yield the patients of `folder/images/PATIENT_t1.png` and `_t2.png` whose T1 can be laid on their T2.

    Parameters
    ----------
    kept
        Folder where pairs are kept, so that they are located once.
    prefix
        Put before a patient's name.
    patients
        Names to take; all by default.
    n_graded
        By name with its prefix, how many discs readers graded: discs are named as by them
        (`picture_levels.locate_as_read`).
    network
        What finds the discs; the shipped segmentation by default.
    advance
        Called with the share done since its last call.

    Raises
    ------
    InputError
        When there are none.
    """
    paths = [path for path in sorted((folder / "images").glob("*_t2.png")) if _t1_of(path).is_file()]
    if patients is not None:
        paths = [path for path in paths if path.stem.removesuffix("_t2") in set(patients)]
    if not paths:
        raise InputError(f"{folder}: no images/PATIENT_t1.png with _t2.png; --data must hold this folder")
    network = network or SegmentationNetwork.load()
    for path in paths:
        name = prefix + path.stem.removesuffix("_t2")
        stored, none = kept / f"{name}.npz", kept / f"{name}.none"
        if not stored.is_file() and not none.is_file():
            pair = _located_pair(name, path, network, (n_graded or {}).get(name))
            if pair is not None:
                pair.write(stored)
            else:
                kept.mkdir(parents=True, exist_ok=True)
                none.touch()
        if stored.is_file():
            yield LocatedPair.read(stored)
        advance(1 / len(paths))


def phantom_pair(study: PhantomStudy, network: Segmenter, *, patient: str) -> LocatedPair:
    """Locate a phantom study as if nothing were known of it; the truth of its voxels comes along."""
    where = locate(study.sagittal_t2, network=network)
    return _pair(patient, study.sagittal_t1, study.sagittal_t2, where, where.frames, study.modic_mask)


def _located_pair(name: str, path: Path, network: Segmenter, n_graded: int | None) -> LocatedPair | None:
    """Return one pair, both pictures at usual size; None where no spine is found or T1 does not fit."""
    try:
        (t2, where), (t1, other) = (_located(one, network, n_graded) for one in (path, _t1_of(path)))
        fixed, moving = at_usual_size(t2, where.frames), at_usual_size(t1, other.frames)
        laid = laid_on(moving, fixed)
        if laid is None:
            return None
        spine = np.isin(where.mask, (SpineClass.BODY, SpineClass.DISC, SpineClass.SACRUM))
        done = register(laid, fixed.volume, spine)
        moved = replace(laid, voxels=done.voxels, grid=fixed.volume.grid)
        return _pair(name, moved, fixed.volume, where, fixed.frames, None)
    except DeepspineError:
        return None


def _pair(
    patient: str,
    t1: Volume,
    t2: Volume,
    where: Location,
    frames: Sequence[LevelFrame],
    truth: NDArray[np.uint8] | None,
) -> LocatedPair:
    return LocatedPair(patient, t1, t2, where.mask, where.vertebra_map, tuple(frames), truth)


def _located(path: Path, network: Segmenter, n_graded: int | None) -> tuple[Volume, Location]:
    sized = sized_by_spine(read_picture(path), network)
    return sized, locate_as_read(sized, network, n_graded=n_graded)


def _t1_of(path: Path) -> Path:
    return path.with_name(path.name.replace("_t2", "_t1"))
