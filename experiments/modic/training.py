"""The networks of `modic-map`: taught by phantoms' pixels, then in folds by the grades of discs too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from deepspine.data.dataset.splits import fold_of
from deepspine.experiments.made_with import claim, fingerprint
from deepspine.experiments.modic.answers import DiscAnswer
from deepspine.experiments.modic.samples import SampledDiscs
from deepspine.experiments.yes_or_no import best_threshold
from deepspine.grading.modic.learned_regions import RegionModel
from deepspine.grading.modic.region_training import RegionSamples, train_regions

PIXEL_THRESHOLD = 0.5


def taught_by_phantoms(lessons: Callable[[], RegionSamples], place: Path, *, epochs: int, seed: int) -> RegionModel:
    """Return a network that learned from the pixels of phantoms alone."""
    return RegionModel([train_regions(lessons, place, epochs=epochs, seed=seed)], PIXEL_THRESHOLD, 0.0, {})


def taught_by_discs(
    start: RegionModel,
    real: SampledDiscs,
    lessons: Callable[[], RegionSamples],
    out: Path,
    *,
    folds: int,
    epochs: int,
    seed: int,
    phantom_share: float,
) -> Iterator[RegionModel]:
    """Yield for each fold a network that learned from the grades of all other patients, and from phantoms on.

    Parameters
    ----------
    start
        Where the networks start.
    real
        Discs, some of them with a grade.
    lessons
        Gives the crops of phantoms.
    out
        Folder of the run; networks that are there are not trained again.
    folds, epochs, seed
        Of patients, of each training, and of the network of no fold; those of the folds follow it.
    phantom_share
        Phantom crops beside the pictures of a fold, as a share of these.

    Raises
    ------
    ConfigError
        When the folder holds networks that learned something else, or otherwise.
    """
    own_fold = np.array([fold_of(patient, folds) for patient in real.patients])

    def of_fold(fold: int) -> RegionSamples:
        others = real.samples.of(np.flatnonzero((own_fold != fold) & (real.samples.disc >= 0)))
        return _beside_phantoms(others, lessons(), phantom_share, np.random.default_rng([seed, fold]))

    decided_by = {
        "start": fingerprint(*(one.detach().numpy().tobytes() for one in start.networks[0].state_dict().values())),
        "discs": fingerprint(*map(str, real.patients), real.samples.crops.tobytes(), real.samples.disc.tobytes()),
        "folds": folds,
        "disc_epochs": epochs,
        "training_seed": seed,
        "phantom_share": phantom_share,
    }
    for fold in range(folds):
        place = out / f"discs-{fold}"
        claim(place, decided_by, holds=place.is_dir())
        network = train_regions(
            partial(of_fold, fold),
            place,
            epochs=epochs,
            seed=seed + 1 + fold,
            start=start.networks[0],
        )
        yield RegionModel([network], PIXEL_THRESHOLD, 0.0, {})


def _beside_phantoms(
    real: RegionSamples, phantoms: RegionSamples, share: float, rng: np.random.Generator
) -> RegionSamples:
    """Return samples with phantoms drawn beside them, as many as a share of them."""
    number = min(int(share * len(real)), len(phantoms))
    return RegionSamples.joined([real, phantoms.of(rng.permutation(len(phantoms))[:number])])


def together(by_fold: Sequence[RegionModel], answers: Sequence[DiscAnswer]) -> RegionModel:
    """Return the networks of all folds as one model; a disc counts from the threshold on that held back discs gave."""
    threshold = best_threshold(np.array([one.truth for one in answers]), np.array([one.score for one in answers]))
    return RegionModel([model.networks[0] for model in by_fold], PIXEL_THRESHOLD, threshold, {})
