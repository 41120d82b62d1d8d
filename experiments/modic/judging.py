"""What each way of `modic-map` answers: maps of phantoms whose voxels are known, scores of held back discs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from deepspine.data.dataset.splits import fold_of
from deepspine.data.errors import DeepspineError
from deepspine.data.findings import Side
from deepspine.data.levels import Level
from deepspine.experiments.modic.answers import DiscAnswer
from deepspine.experiments.modic.pairs import LocatedPair, phantom_pair
from deepspine.experiments.modic.phantoms import UNSEEN, USUAL, changed_study
from deepspine.experiments.modic.samples import SampledDiscs, measured
from deepspine.experiments.public_sets import SPIDER_PREFIX
from deepspine.grading.modic.learned_regions import RegionModel, learn_regions
from deepspine.grading.modic.mapping import ModicMap, map_measured
from deepspine.grading.modic.measured_pair import MeasuredPair
from deepspine.grading.modic.region_network import ask
from deepspine.segmentation.inference import SegmentationNetwork


@dataclass(frozen=True, eq=False)
class JudgingPhantom:
    """A located phantom with the truth of its voxels, and the grades of its discs."""

    pair: LocatedPair
    grades: Mapping[Level, str]

    @cached_property
    def measured(self) -> MeasuredPair:
        """Its bodies and their marrow."""
        return measured(self.pair)


def judging_phantoms(
    number: int, first_seed: int, kept: Path, *, advance: Callable[[float], None] = lambda n: None
) -> Iterator[list[JudgingPhantom]]:
    """Yield the phantoms with usual times, then those with unseen ones.

    Parameters
    ----------
    number, first_seed
        How many of each, and the seed of the first.
    kept
        Folder where they are kept.
    advance
        Called with the share done since its last call.
    """
    network = SegmentationNetwork.load()
    for position, times in enumerate((USUAL, UNSEEN)):
        studies = []
        for seed in range(first_seed + position * number, first_seed + (position + 1) * number):
            path = kept / f"phantom-{seed}.npz"
            study = changed_study(seed, times)
            if not path.is_file():
                phantom_pair(study, network, patient=path.stem).write(path)
            grades = {level: found["modic", Side.MIDLINE] for level, found in study.grades.items()}
            studies.append(JudgingPhantom(LocatedPair.read(path), grades))
            advance(1 / number / 2)
        yield studies


def mapped(study: JudgingPhantom, model: RegionModel | None) -> ModicMap:
    """Return the map of a phantom: by networks, or without them by the outliers."""
    learned = learn_regions(study.measured, model) if model is not None else None
    return map_measured(study.measured, study.pair.mask, learned=learned)


def network_answers(real: SampledDiscs, of_fold: Sequence[RegionModel]) -> list[DiscAnswer]:
    """Return every graded disc of SPIDER, judged by the model of the patient's own fold, which did not see it."""
    known = [
        index
        for index, (patient, disc) in enumerate(zip(real.patients, real.samples.disc, strict=True))
        if patient.startswith(SPIDER_PREFIX) and disc >= 0
    ]
    folds = np.array([fold_of(real.patients[index], len(of_fold)) for index in known])
    scores = np.zeros(len(known))
    for fold, model in enumerate(of_fold):
        crops = real.samples.crops[np.array(known)[folds == fold]]
        scores[folds == fold] = ask(model.networks, crops).disc
    return [
        DiscAnswer(real.patients[index], real.levels[index], bool(real.samples.disc[index]), float(score))
        for index, score in zip(known, scores, strict=True)
    ]


def outlier_answers(pairs: Sequence[LocatedPair], answers: Sequence[DiscAnswer]) -> list[DiscAnswer]:
    """Return the same discs with the evidence of the outliers, 0 where there was nothing to measure.

    A multiple m of the threshold becomes m / (1 + m): the order stays, and the scores of all ways lie in [0, 1].
    """
    scores: dict[tuple[str, Level], float] = {}
    for pair in pairs:
        try:
            found = map_measured(measured(pair), pair.mask)
        except DeepspineError:
            continue
        for row in found.endplates:
            place = (pair.patient, row.level)
            scores[place] = max(row.score, scores.get(place, 0.0))
    multiples = [scores.get((one.patient, one.level), 0.0) for one in answers]
    return [replace(one, score=many / (1.0 + many)) for one, many in zip(answers, multiples, strict=True)]
