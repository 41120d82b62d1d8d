"""Single sagittal pictures of T1 and T2 as a dataset: discs located, both pictures on one grid, crops of one size."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from deepspine.data.crops import CropPreset, CropSpec
from deepspine.data.dataset.build import BuildResult, build_dataset
from deepspine.data.dataset.studies import StudyImages, StudySource, standardised
from deepspine.data.errors import ConfigError, InputError, NamingError
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import Plane
from deepspine.data.label_table import LabelTable
from deepspine.data.usual_size import LocatedPicture, laid_on
from deepspine.data.volume import Volume
from deepspine.experiments.made_with import beside, claim, fingerprint
from deepspine.experiments.picture_levels import located_picture
from deepspine.segmentation.inference import shipped_weights

NO_AXIAL = CropSpec(Plane.AXIAL, (1, 16, 16), (4.0, 84.0, 84.0))
"""Pictures have no axial series; a network of theirs keeps a place for one."""
USUAL, FINE = "usual", "fine"
PRESETS: Mapping[str, CropPreset] = MappingProxyType(
    {
        USUAL: CropPreset(
            "picture_small",
            CropSpec(Plane.SAGITTAL, (1, 64, 80), (4.0, 57.6, 72.0), offset_mm=(0.0, 6.0, 0.0)),
            NO_AXIAL,
        ),
        FINE: CropPreset(
            "picture_fine",
            CropSpec(Plane.SAGITTAL, (1, 80, 96), (4.0, 48.0, 57.6), offset_mm=(0.0, 6.0, 0.0)),
            NO_AXIAL,
        ),
    }
)
"""Usual crops have pixels of 0.9 mm, about those of a picture, and show the disc, half of each neighbouring vertebra
and the canal. Fine ones have pixels of 0.6 mm, since encoders begin by thinning four times, and show a little less."""
PRESET = PRESETS[USUAL]
INPUT_OF_MODALITY = {"t1": "sagittal_t1", "t2": "sagittal_t2"}
MIN_DISCS = 3
"""Fewer are no lumbar spine."""
MAX_REJECT_SHARE = 0.05


@dataclass(frozen=True)
class PicturePair:
    """The pictures of one patient.

    Attributes
    ----------
    name
        Of the patient, and of the report.
    pictures
        By modality, `t1` and `t2`.
    kept
        Folder where found discs are kept.
    same_view
        Whether all were taken on one field of view, so that the discs of T2 hold for T1.
    n_graded
        How many discs readers graded, from L5-S1 upwards; None where their names are not asked for.
    """

    name: str
    pictures: Mapping[str, Path]
    kept: Path
    same_view: bool
    n_graded: int | None = None

    @cached_property
    def located(self) -> dict[str, LocatedPicture]:
        """The pictures at usual size, by modality; those with too few discs to lay them on another are left out."""
        found = {
            modality: located_picture(path, self.kept / f"{self._discs_of(path).stem}.json", n_graded=self.n_graded)
            for modality, path in sorted(self.pictures.items(), reverse=True)
        }
        return {modality: picture for modality, picture in found.items() if len(picture.frames) >= MIN_DISCS}

    def _discs_of(self, path: Path) -> Path:
        return self.pictures.get("t2", path) if self.same_view else path

    @property
    def frames(self) -> Sequence[LevelFrame]:
        """The discs of T2, or of T1 where T2 shows none.

        Raises
        ------
        NamingError
            When no picture shows a spine.
        """
        for picture in self.located.values():
            return picture.frames
        raise NamingError("no picture of this patient shows a lumbar spine")

    def images(self) -> StudyImages:
        """Return the pictures by input name, all on the first one's place, standardised."""
        modalities = list(self.located)
        first = self.located[modalities[0]]
        volumes: dict[str, Sequence[Volume]] = {}
        missing: dict[str, str] = {}
        for modality, picture in self.located.items():
            same_place = self.same_view or picture is first
            volume = picture.volume if same_place else laid_on(picture, first)
            if volume is None:
                missing[INPUT_OF_MODALITY[modality]] = "too few discs in common with the other picture"
            else:
                volumes[INPUT_OF_MODALITY[modality]] = standardised([volume])
        return StudyImages(volumes, missing)

    @property
    def source(self) -> StudySource:
        """What a dataset is built from."""
        return StudySource(self.name, self.name, self.name, frames=lambda: self.frames, images=self.images)


def picture_pairs(
    folder: Path,
    kept: Path,
    *,
    prefix: str,
    same_view: bool,
    required: str | None = None,
    n_graded: Mapping[str, int] | None = None,
) -> list[PicturePair]:
    """List the patients of a folder of pictures `images/PATIENT_MODALITY.png`.

    Parameters
    ----------
    kept
        Folder where found discs are kept, with the segmentation that finds them.
    prefix
        Of patients' names.
    required
        Leave out patients that lack this modality.
    n_graded
        By name, how many discs readers graded: discs are named as by them (`picture_levels.locate_as_read`).

    Raises
    ------
    ConfigError
        When discs were kept that another segmentation found, or that were named otherwise.
    InputError
        When there are none.
    """
    found: dict[str, dict[str, Path]] = {}
    for path in sorted((folder / "images").glob("*.png")):
        patient, _, modality = path.stem.rpartition("_")
        if modality in INPUT_OF_MODALITY:
            found.setdefault(patient, {})[modality] = path
    graded = n_graded or {}
    pairs = [
        PicturePair(name := f"{prefix}{patient}", pictures, kept, same_view, graded.get(name))
        for patient, pictures in found.items()
        if required is None or required in pictures
    ]
    if not pairs:
        raise InputError(f"{folder}: no images/PATIENT_t1.png or _t2.png; --data must hold this folder")
    named = {"graded": fingerprint(json.dumps(n_graded, sort_keys=True))} if n_graded else {}
    claim(kept, {**_found_by(), **named}, holds=kept.is_dir())
    return pairs


def dataset_folder(out: Path, crops: str, *, name: str = "dataset") -> Path:
    """Return where a run keeps the dataset of some crops.

    Raises
    ------
    ConfigError
        When there are no such crops.
    """
    if crops not in PRESETS:
        raise ConfigError(f"crops must be one of {', '.join(PRESETS)}, got {crops!r}")
    return out / (name if crops == USUAL else f"{name}_{crops}")


def build_pictures(
    pairs: Sequence[PicturePair], out: Path, *, crops: str = USUAL, advance: Callable[[int], None]
) -> BuildResult:
    """Locate the discs of every pair and cut their crops; no labels, since experiments compare several.

    Parameters
    ----------
    crops
        Of `PRESETS`.

    Raises
    ------
    ConfigError
        When the folder holds crops around discs that another segmentation found.
    TooManyRejectsError
        When more than a twentieth of the patients show no spine.
    """
    claim(out, _found_by(), holds=out.is_dir(), record=beside(out))
    result = build_dataset([pair.source for pair in pairs], LabelTable({}), out, preset=PRESETS[crops], advance=advance)
    result.rejects.check_share(len(pairs), allowed=MAX_REJECT_SHARE, path=out / "rejects.csv")
    return result


def _found_by() -> dict[str, str]:
    """Return what finds the discs, for records."""
    return {"segmentation": fingerprint(shipped_weights())}
