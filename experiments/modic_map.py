"""`modic-map`: ways to map Modic changes voxel by voxel, compared (after Gao 2022).

Three ways: robust outliers of each body's own marrow; a network taught by the pixels of phantoms; the same network
taught further by discs of which only the grade is known (SPIDER's gradings, clinicians' notes), patient by patient in
folds. On phantom studies region and type of every voxel are known; half of them are scanned with times that nothing
met before. On SPIDER's mid-sagittal pairs (van der Graaf 2024; `spider_mid` in the data folder) presence by disc is
known. Intervals are of a bootstrap of patients. `RUN/weights` holds the networks as the package ships them,
`RUN/answers` what each way said of held back discs, for `modic-presence`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from omegaconf import MISSING

from deepspine.data.agreement import (
    Interval,
    PatientDraws,
    class_average_accuracy,
    cohen_kappa,
    count_pairs,
    count_pairs_by_patient,
    patient_bootstrap,
    percentile_interval,
)
from deepspine.data.dataset.splits import fold_of
from deepspine.data.errors import DeepspineError
from deepspine.data.files import read_volume
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level
from deepspine.data.provenance import provenance
from deepspine.experiments.modic_answers import GRADED_FILE, DiscAnswer, log_odds, write_answers
from deepspine.experiments.modic_crops import Endplate, endplate_grade
from deepspine.experiments.modic_pairs import LocatedPair, phantom_pair, picture_pairs
from deepspine.experiments.modic_phantoms import UNSEEN, USUAL, changed_study, teaching_pairs
from deepspine.experiments.modic_samples import SampledDiscs, measured, sampled
from deepspine.experiments.note_labels import label_notes
from deepspine.experiments.recipe import folder_of
from deepspine.experiments.yes_or_no import Answers, auc, best_threshold
from deepspine.grading.modic.learned_regions import RegionModel, learn_regions
from deepspine.grading.modic.mapping import MODIC, ModicMap, map_measured
from deepspine.grading.modic.measured_pair import MeasuredPair
from deepspine.grading.modic.region_network import ask
from deepspine.grading.modic.region_training import RegionSamples, train_regions
from deepspine.labeling.validation.pictures import read_gradings
from deepspine.segmentation.classes import dice_coefficient
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.locate import locate

SPECIFICITY = 0.95
RESAMPLES = 500
PREFIX, NOTES_PREFIX = "spi-", "sud-"
"""Of patients, so that those of two sets are not mixed up."""
OUTLIERS, PHANTOM, DISCS = "outliers of the body's marrow", "network, phantom pixels", "network, and grades of discs"
CONTEXT = "all three, and the patient's other discs"
PIXEL_THRESHOLD = 0.5
WEIGHTS, ANSWERS = "weights", "answers"
DATA = {
    "spider": "SPIDER (pictures and radiological gradings), van der Graaf et al. 2024, doi 10.5281/zenodo.10159290, "
    "CC BY 4.0",
    "sudirman": "Lumbar Spine MRI Dataset (pictures and clinicians' notes), Sudirman et al., "
    "doi 10.17632/k57fr854j2.2, CC BY 4.0",
    "phantom": "deepspine's phantom studies",
}
"""What the networks learned from, with the attribution that its licence asks for."""


@dataclass
class Settings:
    """Keys of the config.

    Attributes
    ----------
    studies, seed
        Phantom studies to judge by, with usual times and as many with unseen ones; seed of the first.
    lessons, lesson_seed
        Phantom studies to learn from, and the seed of the first.
    pictures
        Whether pictures teach and judge too.
    folds
        Of patients.
    phantom_epochs, disc_epochs
        Of the training on phantoms alone, and of each fold's.
    phantom_share
        Phantom crops in each fold's training, as a share of its pictures.
    training_seed
        Of the networks.
    """

    studies: int = MISSING
    seed: int = MISSING
    lessons: int = MISSING
    lesson_seed: int = MISSING
    pictures: bool = MISSING
    folds: int = MISSING
    phantom_epochs: int = MISSING
    disc_epochs: int = MISSING
    phantom_share: float = MISSING
    training_seed: int = MISSING


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Teach networks, map phantoms and pictures in every way; return the table, one row for each measure."""
    phantoms = list(_judging_phantoms(settings, out / "judges", lambda n: advance(0.15 * n)))
    lessons = cache(lambda: _lessons(settings, out, lambda n: advance(0.25 * n)))
    taught = RegionModel(
        [train_regions(lessons, out / "phantom", epochs=settings.phantom_epochs, seed=settings.training_seed)],
        PIXEL_THRESHOLD,
        0.0,
        {},
    )
    models: dict[str, RegionModel | None] = {OUTLIERS: None, PHANTOM: taught}
    rows: list[Mapping[str, Any]] = []
    if settings.pictures:
        labels, pairs, notes = _pictures(data, out, lambda n: advance(0.3 * n))
        real = sampled([*pairs, *notes], labels)
        by_fold = list(_taught_by_discs(settings, out, taught, real, lessons, lambda n: advance(0.25 * n)))
        answers = {
            PHANTOM: _network_answers(real, [taught] * settings.folds),
            DISCS: _network_answers(real, by_fold),
        }
        answers = {OUTLIERS: _outlier_answers(pairs, answers[DISCS]), **answers}
        models[DISCS] = together = _together(by_fold, answers[DISCS])
        answers[CONTEXT] = in_context(answers[DISCS], [answers[OUTLIERS], answers[PHANTOM]], folds=settings.folds)
        for way, own in answers.items():
            rows += _with(way, picture_rows(own, folds=settings.folds))
            place = out / ANSWERS / folder_of(way)
            place.mkdir(parents=True, exist_ok=True)
            write_answers(own, place / GRADED_FILE)
    for way, model in models.items():
        for times, studies in ((USUAL, phantoms[0]), (UNSEEN, phantoms[1])):
            rows += _with(way, phantom_rows([(one, _mapped(one, model)) for one in studies], times))
    if settings.pictures:
        card = {
            "name": "Modic regions",
            "data": DATA,
            "licence": "Apache-2.0; the data's attribution must be kept (CC BY 4.0)",
            "intended_use": "research; not a medical device",
            "command": "deepspine experiment modic-map --data DATA --out RUN",
            "seed": settings.training_seed,
            "validation": rows,
            "validation_of": "pictures: discs of patients that the network of their fold did not see; phantoms: the "
            "mean of all networks, none of which saw them",
            "made_by": provenance(),
        }
        replace(together, card=card).save(out / WEIGHTS)
        rows += body_rows(data / "volumes" / "mixed_vb")
    advance(0.05)
    return rows


# ------------------------------------------------------------------------------------------------------------- learned


def _lessons(settings: Settings, out: Path, advance: Callable[[float], None]) -> RegionSamples:
    pairs = teaching_pairs(settings.lessons, settings.lesson_seed, out / "phantoms", advance=advance)
    return sampled(pairs, LabelTable({})).samples


def _pictures(
    data: Path, out: Path, advance: Callable[[float], None]
) -> tuple[LabelTable, list[LocatedPair], list[LocatedPair]]:
    """Return the labels of discs, SPIDER's pairs, and the pairs of patients whose notes speak of Modic changes."""
    gradings = read_gradings(data / "spider_mid" / "gradings.csv", id_prefix=PREFIX)
    said = label_notes(data / "reports" / "sudirman_notes.csv")
    noted = {key: grades for key, grades in said.items() if key.finding == MODIC.name}
    kept = out / "pairs"
    pairs = list(picture_pairs(data / "spider_mid", kept, prefix=PREFIX, advance=lambda n: advance(0.9 * n)))
    patients = sorted({key.report_id.removeprefix(NOTES_PREFIX) for key in noted})
    notes = list(
        picture_pairs(
            data / "sudirman", kept, prefix=NOTES_PREFIX, patients=patients, advance=lambda n: advance(0.1 * n)
        )
    )
    return LabelTable({**gradings, **noted}), pairs, notes


def _taught_by_discs(
    settings: Settings,
    out: Path,
    start: RegionModel,
    real: SampledDiscs,
    lessons: Callable[[], RegionSamples],
    advance: Callable[[float], None],
) -> Iterator[RegionModel]:
    """Yield for each fold a network that learned from the grades of all other patients, and from phantoms on."""
    own_fold = np.array([fold_of(patient, settings.folds) for patient in real.patients])

    def of_fold(fold: int) -> RegionSamples:
        others = real.samples.of(np.flatnonzero((own_fold != fold) & (real.samples.disc >= 0)))
        phantoms = lessons()
        rng = np.random.default_rng([settings.training_seed, fold])
        number = min(int(settings.phantom_share * len(others)), len(phantoms))
        return RegionSamples.joined([others, phantoms.of(rng.permutation(len(phantoms))[:number])])

    for fold in range(settings.folds):
        network = train_regions(
            partial(of_fold, fold),
            out / f"discs-{fold}",
            epochs=settings.disc_epochs,
            seed=settings.training_seed + 1 + fold,
            start=start.networks[0],
        )
        advance(1 / settings.folds)
        yield RegionModel([network], PIXEL_THRESHOLD, 0.0, {})


def _together(by_fold: Sequence[RegionModel], answers: Sequence[DiscAnswer]) -> RegionModel:
    """Return the networks of all folds as one model; a disc counts from the threshold on that held back discs gave."""
    threshold = best_threshold(np.array([one.truth for one in answers]), np.array([one.score for one in answers]))
    return RegionModel([model.networks[0] for model in by_fold], PIXEL_THRESHOLD, threshold, {})


# ------------------------------------------------------------------------------------------------------------ phantoms


@dataclass(frozen=True, eq=False)
class JudgingPhantom:
    """A located phantom with the truth of its voxels, and the grades of its discs."""

    pair: LocatedPair
    grades: Mapping[Level, str]

    @cached_property
    def measured(self) -> MeasuredPair:
        """Its bodies and their marrow."""
        return measured(self.pair)


def _judging_phantoms(
    settings: Settings, kept: Path, advance: Callable[[float], None]
) -> Iterator[list[JudgingPhantom]]:
    """Yield the phantoms with usual times, then those with unseen ones."""
    network = SegmentationNetwork.load()
    for position, times in enumerate((USUAL, UNSEEN)):
        studies = []
        for seed in range(
            settings.seed + position * settings.studies, settings.seed + (position + 1) * settings.studies
        ):
            path = kept / f"phantom-{seed}.npz"
            study = changed_study(seed, times)
            if not path.is_file():
                phantom_pair(study, network, patient=path.stem).write(path)
            grades = {level: found["modic", Side.MIDLINE] for level, found in study.grades.items()}
            studies.append(JudgingPhantom(LocatedPair.read(path), grades))
            advance(1 / settings.studies / 2)
        yield studies


def phantom_rows(studies: Sequence[tuple[JudgingPhantom, ModicMap]], times: str) -> list[Mapping[str, Any]]:
    """Return Dice of all changed voxels by study, types by voxel, and types by disc."""
    dices, right, patients, truths, guesses = [], [], [], [], []
    by_endplate = []
    for study, found in studies:
        by_endplate.append(_endplate_counts(study, found))
        truth = study.pair.truth
        assert truth is not None
        both = (truth > 0) & (found.types > 0)
        if truth.any():
            dices.append(dice_coefficient(found.types > 0, truth > 0))
        if both.any():
            right.append(float((truth == found.types)[both].mean()))
        mapped = {row.level: row.grades for row in found.endplates}
        for level in sorted(study.grades.keys() & mapped.keys()):
            patients.append(study.pair.patient)
            truths.append(MODIC.scale.index(study.grades[level]))
            # A set with several grades counts by its highest: doubt is no denial.
            guesses.append(MODIC.scale.index(mapped[level].highest))
    counts = count_pairs_by_patient(patients, truths, guesses, len(MODIC.scale))
    of_type = [index for index, truth in enumerate(truths) if truth > 0]
    of_types = count_pairs_by_patient(
        [patients[i] for i in of_type], [truths[i] for i in of_type], [guesses[i] for i in of_type], len(MODIC.scale)
    )
    name = f"phantom, {times}"
    return [
        _row(name, "Dice of regions, mean of studies", str(_mean_interval(dices)), len(dices)),
        _row(name, "voxels typed right, mean of studies", str(_mean_interval(right)), len(right)),
        _row(
            name,
            "balanced accuracy of none and three types by disc",
            str(patient_bootstrap(counts, class_average_accuracy)),
            len(patients),
        ),
        _row(
            name,
            "balanced accuracy of three types, missed ones wrong",
            str(patient_bootstrap(of_types, class_average_accuracy)),
            len(of_type),
        ),
        _row(
            name,
            "balanced accuracy of none and three types by endplate",
            str(patient_bootstrap(np.array(by_endplate), class_average_accuracy)),
            int(np.sum(by_endplate)),
        ),
    ]


def _endplate_counts(study: JudgingPhantom, found: ModicMap) -> NDArray[np.int64]:
    """Return truth and answer of a phantom's endplates as counts; shape (grades, grades)."""
    frames = {frame.level: frame for frame in study.pair.frames}
    truths, guesses = [], []
    for row in found.endplates:
        own = Endplate.BELOW if row.is_upper else Endplate.ABOVE
        truths.append(MODIC.scale.index(endplate_grade(study.pair, frames[row.level], own).lowest))
        guesses.append(MODIC.scale.index(row.endplate_grades.highest))
    return np.asarray(count_pairs(truths, guesses, len(MODIC.scale)))


def _mean_interval(values: Sequence[float]) -> Interval:
    if not values:
        return Interval(float("nan"), float("nan"), float("nan"))
    draws = PatientDraws.draw(len(values), resamples=RESAMPLES, seed=0)
    array = np.array(values)
    return percentile_interval(float(array.mean()), draws.times @ array / draws.times.sum(axis=1))


def _mapped(study: JudgingPhantom, model: RegionModel | None) -> ModicMap:
    learned = learn_regions(study.measured, model) if model is not None else None
    return map_measured(study.measured, study.pair.mask, learned=learned)


def _row(data: str, measure: str, value: str, n: int) -> Mapping[str, Any]:
    return {"data": data, "measure": measure, "value": value, "n": n}


def _with(way: str, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [{"way": way, **row} for row in rows]


# ----------------------------------------------------------------------------------------------------- bodies on T1


def body_rows(folder: Path) -> list[Mapping[str, Any]]:
    """Return how many bodies of the T1 exams are found, and their Dice: where maps of a T1 begin (Gao 2022)."""
    network = SegmentationNetwork.load()
    dices: list[float] = []
    with (folder / "volumes.csv").open(encoding="utf-8", newline="") as file:
        exams = [row["id"] for row in csv.DictReader(file) if row["weighting"].startswith("T1")]
    for exam in exams:
        found = locate(read_volume(folder / f"{exam}.nii.gz"), network=network).vertebra_map
        truth = read_volume(folder / f"{exam}_labels.nii.gz").voxels.astype(np.uint8)
        for label in range(1, int(truth.max()) + 1):
            shared = np.bincount(found[truth == label], minlength=2)
            best = int(shared[1:].argmax()) + 1
            dices.append(dice_coefficient(found == best, truth == label) if shared[best] else 0.0)
    name = f"mixed_vb, {len(exams)} T1 exams"
    return [
        {
            "way": "locate",
            **_row(name, "bodies found, Dice above .5", f"{np.mean(np.array(dices) > 0.5):.3f}", len(dices)),
        },
        {"way": "locate", **_row(name, "Dice of bodies", f"{np.mean(dices):.3f}", len(dices))},
    ]


# ------------------------------------------------------------------------------------------------------------ pictures


def _network_answers(real: SampledDiscs, of_fold: Sequence[RegionModel]) -> list[DiscAnswer]:
    """Return every graded disc of SPIDER, judged by the model of the patient's own fold, which did not see it."""
    known = [
        index
        for index, (patient, disc) in enumerate(zip(real.patients, real.samples.disc, strict=True))
        if patient.startswith(PREFIX) and disc >= 0
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


def _outlier_answers(pairs: Sequence[LocatedPair], answers: Sequence[DiscAnswer]) -> list[DiscAnswer]:
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


def in_context(
    answers: Sequence[DiscAnswer], others: Sequence[Sequence[DiscAnswer]], *, folds: int, around: bool = True
) -> list[DiscAnswer]:
    """Weigh a disc's scores together, its place, and those of the patient's other discs, by what the other folds teach.

    Discs of one patient are alike: SPIDER's grade of a disc is told by the share of changed ones among the patient's
    others with an AUC of .83.

    Parameters
    ----------
    answers, others
        Of several ways, the same discs in the same order; scores in [0, 1].
    around
        Whether its place and the patient's other discs count.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    patients = np.array([one.patient for one in answers])
    truth = np.array([one.truth for one in answers])
    features = log_odds(np.array([[one.score for one in way] for way in (answers, *others)]).T)
    if around:
        same = patients[:, None] == patients[None]
        np.fill_diagonal(same, val=False)
        beside = same @ features / np.maximum(same.sum(axis=1, keepdims=True), 1)
        place = np.array([one.level.rank for one in answers], dtype=float)[:, None]
        features = np.concatenate([features, beside, place, np.square(place - place.mean())], axis=1)
    fold = np.array([fold_of(patient, folds) for patient in patients])
    scores = np.zeros(len(answers))
    for one in range(folds):
        scale = StandardScaler().fit(features[fold != one])
        model = LogisticRegression(C=0.3).fit(scale.transform(features[fold != one]), truth[fold != one])
        scores[fold == one] = model.predict_proba(scale.transform(features[fold == one]))[:, 1]
    return [replace(one, score=float(score)) for one, score in zip(answers, scores, strict=True)]


def picture_rows(answers: Sequence[DiscAnswer], *, folds: int) -> list[Mapping[str, Any]]:
    """Return AUC, sensitivity at a specificity of .95, and kappa at the threshold that the other folds gave."""
    patients = [one.patient for one in answers]
    truth = np.array([one.truth for one in answers])
    scores = np.array([one.score for one in answers])
    fold = np.array([fold_of(patient, folds) for patient in patients])
    changed = np.zeros(len(answers), dtype=bool)
    for one in range(folds):
        changed[fold == one] = scores[fold == one] > best_threshold(truth[fold != one], scores[fold != one])
    counts = count_pairs_by_patient(patients, truth, changed, 2)
    at = np.quantile(scores[~truth], SPECIFICITY)
    cut = count_pairs_by_patient(patients, truth, scores > at, 2)
    name = f"spider_mid, {int(truth.sum())} of {len(truth)} discs changed"
    return [
        _row(name, "AUC of presence by disc", str(auc(Answers(patients, truth, scores))), len(truth)),
        _row(
            name,
            "sensitivity at specificity .95",
            str(patient_bootstrap(cut, lambda c: c[..., 1, 1] / c[..., 1, :].sum(-1))),
            len(truth),
        ),
        _row(name, "kappa, threshold of the other folds", str(patient_bootstrap(counts, cohen_kappa)), len(truth)),
    ]
