"""`picture-grader`: the grader that the package ships, made of the networks that learned from experts and from notes.

It takes the networks of two of `spider-graded`'s variants (trained here where they are not there), one a fold. Those
that experts taught are averaged with forests on measurements, and calibrated on what each said of patients that it did
not see; conformal sets are fitted there too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from omegaconf import MISSING
from torch.utils.data import DataLoader

from deepspine.data.agreement import Weights, cohen_kappa, count_pairs_by_patient, patient_bootstrap
from deepspine.data.convert.sudirman_boxes import BULGE_OR_HERNIATION, read_boxed_discs
from deepspine.data.crops import CropPreset
from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.shards import stored_samples
from deepspine.data.errors import ConfigError
from deepspine.data.findings import get_finding
from deepspine.data.geometry import FloatArray
from deepspine.data.label_table import LabelTable
from deepspine.experiments import spider_graded
from deepspine.experiments.expert_scores import PFIRRMANN, mean_grade
from deepspine.experiments.forest_panel import Beside, Panel, measured_all, sources_of
from deepspine.experiments.picture_annotators import BOXES_FILE, PFIRRMANN_FILE, find_boxed, read_pfirrmann
from deepspine.experiments.picture_dataset import PRESETS
from deepspine.experiments.public_sets import SPIDER, SUDIRMAN_PREFIX, sudirman
from deepspine.experiments.recipe import averaged, folder_of
from deepspine.experiments.registry import CONFIGS, load_settings
from deepspine.experiments.sudirman_weak import bulge_scores
from deepspine.experiments.yes_or_no import agreement_row, noted_threshold
from deepspine.grading.calibration import LinearCalibration
from deepspine.grading.conformal import ConformalSets, Promise
from deepspine.grading.inputs import LevelDataset
from deepspine.grading.network import GradingNetwork
from deepspine.grading.out_of_distribution import FeatureSpread, level_features
from deepspine.grading.prediction import Prediction
from deepspine.grading.set_calibration import fit_on_sets
from deepspine.grading.told_apart import ToldApart
from deepspine.grading.weights import GraderPart, Promised, part_of_checkpoints, save_grader
from deepspine.labeling.validation.pictures import QUESTIONS, asserts

DATA = {
    "sudirman": sudirman("pictures, clinicians' notes, Pfirrmann grades")
    + "; classes of the disc boxes of Mendeley Data 9j9hmy8kbn/1",
    "spider": SPIDER,
}
"""What the weights learned from, with the attribution that its licence asks for. The encoder starts from the shipped
segmentation, whose card names its own data."""
MIN_LABELS = 40
"""Fewer labels calibrate nothing."""
LEVELS_AT_ONCE = 64


@dataclass
class Settings:
    """Keys of the config.

    Attributes
    ----------
    experts, notes
        Variants of `spider_graded.yaml`: who answers for what experts graded, and for what only notes speak of.
    beside
        By name, what answers beside the networks of `experts`.
    alpha
        Rate at which calibrated sets may miss.
    left_out
        Findings that the networks grade and the package does not offer.
    """

    experts: str = MISSING
    notes: str = MISSING
    beside: dict[str, Beside] = field(default_factory=dict)
    alpha: float = MISSING
    left_out: list[str] = MISSING


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Write the grader to `out/weights` and return a row for each finding: labels, error of calibration, sets."""
    whole = load_settings(spider_graded.Settings, CONFIGS / "spider_graded.yaml")
    if unknown := {settings.experts, settings.notes} - set(whole.variants):
        raise ConfigError(f"variants are {', '.join(whole.variants)}, got {', '.join(sorted(unknown))}")
    crops = [whole.variants[name].crops for name in (settings.experts, settings.notes)]
    annotators = whole.variants[settings.experts].annotators
    material = spider_graded.gather(
        data, out, whole.note_findings, annotators=annotators, crops=crops, advance=lambda n: advance(0.1 * n)
    )
    graded = {
        name: spider_graded.learn(
            whole.variants[name], whole, material, out / folder_of(name), lambda n: advance(0.35 * n)
        )
        for name in dict.fromkeys((settings.notes, settings.experts))
    }
    gradings = material.taught(annotators=True)
    by_experts = sorted({key.finding for key in gradings} - set(settings.left_out))
    panel = Panel(settings.beside, by_experts, material, measured_all(material, out, lambda n: advance(0.1 * n)))
    said_by_all = averaged([graded[settings.experts], *panel.out_of_fold(whole.folds)])
    told: dict[str, ToldApart] = {}
    calibration: dict[str, LinearCalibration] = {}
    conformal: dict[str, Promised] = {}
    rows: list[Mapping[str, Any]] = []
    for name in by_experts:
        told[name] = told_by(gradings, name)
        said = out_of_fold(said_by_all, gradings, name)
        if said is not None:
            calibration[name], conformal[name], row = make_honest(told[name], *said, alpha=settings.alpha)
            rows.append(row)
    rows += beside_others(said_by_all, material, data / "sudirman")
    by_notes = [name for name in whole.note_findings if name not in by_experts]
    experts = part_of(
        "experts", settings.experts, by_experts, whole, material, out,
        forests=panel.forests(), told_apart=told, calibration=calibration, conformal=conformal,
    )  # fmt: skip
    also = {name: sorted({*sources, *panel.sources(name)}) for name, sources in experts.trained_on.items()}
    experts = replace(experts, trained_on=also)
    notes = part_of(
        "notes", settings.notes, by_notes, whole, material, out,
        told_apart={name: told_by(material.notes, name) for name in by_notes},
    )  # fmt: skip
    save_grader(
        out / "weights",
        [experts, notes],
        card=_card(rows, settings, [whole.variants[name].start for name in (settings.experts, settings.notes)]),
    )
    advance(0.1)
    return rows


def part_of(
    part_name: str,
    variant: str,
    findings: Sequence[str],
    whole: spider_graded.Settings,
    material: spider_graded.Material,
    out: Path,
    **honest: Any,
) -> GraderPart:
    """Return the part made of a variant's networks, one a fold, that answers for some findings alone."""
    place, crops = out / folder_of(variant), whole.variants[variant].crops
    preset = PRESETS[crops]
    part = part_of_checkpoints(
        part_name, [place / f"fold{fold}_0" for fold in range(whole.folds)], preset=preset, usual_size=True, **honest
    )
    part = without_findings(part, [one.name for one in part.findings if one.name not in findings])
    notes = learned_notes(variant, whole.variants)
    labels = material.taught(notes=notes, annotators=whole.variants[variant].annotators)
    trained_on = {name: sources_of(labels, name) for name in findings}
    outliers = spread_of(material.datasets[crops], preset, part.networks[0], part.inputs)
    return replace(part, trained_on=trained_on, outliers=outliers)


def beside_others(
    predictions: Sequence[Prediction], material: spider_graded.Material, folder: Path
) -> list[dict[str, Any]]:
    """Return agreement with what annotators of the notes' patients said, each patient held back as everywhere.

    Their boxes taught whether a disc is normal, never whether it bulges; their Pfirrmann grades are learned from.
    """
    boxed = read_boxed_discs(folder / BOXES_FILE, id_prefix=SUDIRMAN_PREFIX)
    judge = find_boxed(material.note_pairs, boxed)
    question = QUESTIONS[BULGE_OR_HERNIATION]
    said = {disc: float(asserts(material.notes, *disc, question)) for disc in judge.found if disc is not None}
    scores = bulge_scores(predictions)
    row = agreement_row(judge.answers(scores), threshold=noted_threshold(scores, said))
    found = [
        {"finding": "bulge or herniation beside boxes", "labels": row["n"], "kappa": row["kappa"], "AUC": row["AUC"]}
    ]
    grades = read_pfirrmann(folder / PFIRRMANN_FILE)
    graded = [
        one for one in predictions if one.key.finding == PFIRRMANN and (one.key.report_id, one.key.level) in grades
    ]
    if graded:
        truth = [grades[one.key.report_id, one.key.level] - 1 for one in graded]
        guess = mean_grade(np.array([one.probabilities for one in graded]))
        counts = count_pairs_by_patient([one.patient_key for one in graded], truth, guess, 5)
        kappa = patient_bootstrap(counts, lambda tables: cohen_kappa(tables, Weights.QUADRATIC))
        found.append({"finding": "pfirrmann beside annotators", "labels": len(graded), "kappa": str(kappa)})
    return found


def out_of_fold(
    predictions: Sequence[Prediction], gradings: LabelTable, name: str
) -> tuple[FloatArray, NDArray[np.bool_]] | None:
    """Return what networks said of experts' labels that they did not see, and these; None with too few of them.

    Shapes: (labels, grades) each
    """
    rows = [row for row in predictions if row.key.finding == name and row.key in gradings]
    if len(rows) < MIN_LABELS:
        return None
    return np.array([row.probabilities for row in rows]), np.array([gradings[row.key].mask for row in rows])


def told_by(labels: LabelTable, name: str) -> ToldApart:
    """Return which grades of a finding some labels tell apart."""
    return ToldApart.by_labels(get_finding(name), (grades for key, grades in labels.items() if key.finding == name))


def make_honest(
    told: ToldApart, probabilities: FloatArray, allowed: NDArray[np.bool_], *, alpha: float
) -> tuple[LinearCalibration, Promised, dict[str, Any]]:
    """Calibrate a finding and fit its sets, on the groups of grades that labels tell apart.

    A label that leaves several groups is taken for the most probable of them, so what is promised of a set is that it
    is compatible with what an expert would say.
    """
    shares, admitted = told.summed(probabilities), told.summed(allowed.astype(float)) > 0
    calibration = fit_on_sets(shares, admitted)
    better = calibration.transform(shares)
    truth = np.where(admitted, better, -1.0).argmax(axis=1)
    promise = Promise.ORDINAL if told.finding.ordinal else Promise.MARGINAL
    sets = ConformalSets.fit(better, truth, alpha=alpha, promise=promise, never_empty=True)
    masks = sets.masks(better)
    row = {
        "finding": told.finding.name,
        "labels": len(truth),
        "told apart": len(told.groups),
        "log loss": _log_loss(shares, admitted),
        "log loss calibrated": _log_loss(better, admitted),
        "covered": round(float((masks & admitted).any(axis=1).mean()), 3),
        "mean set": round(float(masks.sum(axis=1).mean()), 2),
    }
    return calibration, Promised(alpha, sets), row


def _log_loss(probabilities: FloatArray, allowed: NDArray[np.bool_]) -> float:
    return round(float(-np.log((probabilities * allowed).sum(axis=1).clip(1e-6)).mean()), 3)


def learned_notes(name: str, variants: Mapping[str, spider_graded.Variant]) -> bool:
    """Whether a variant, or what it starts from, learned from notes."""
    variant = variants[name]
    if variant.notes or variant.start == "notes":
        return True
    return variant.start in variants and learned_notes(variant.start, variants)


def without_findings(part: GraderPart, names: Sequence[str]) -> GraderPart:
    """Return a part whose networks have no heads for some findings, and else answer as before."""
    kept = [index for index, finding in enumerate(part.findings) if finding.name not in names]
    findings = [part.findings[index] for index in kept]
    options = {**part.options, "findings": [finding.name for finding in findings]}
    others = {key: value for key, value in options.items() if key != "findings"}
    networks = []
    for network in part.networks:
        smaller = GradingNetwork(findings, **others)
        weights = {name: one for name, one in network.state_dict().items() if name in smaller.state_dict()}
        weights["attention.queries"] = weights["attention.queries"][kept]
        smaller.load_state_dict(weights)
        networks.append(smaller.eval())
    trained_on = {name: sources for name, sources in part.trained_on.items() if name not in names}
    return replace(part, networks=tuple(networks), options=options, trained_on=trained_on)


def spread_of(dataset: Path, preset: CropPreset, network: GradingNetwork, inputs: Sequence[str]) -> FeatureSpread:
    """Learn where the features of the dataset's levels lie."""
    stored = stored_samples(dataset, "all", Manifest.read(dataset))
    levels = LevelDataset(
        [one.read for one in stored], preset=preset, findings=network.findings, inputs=inputs, normalise_crops=True
    )
    loader = DataLoader(levels, batch_size=LEVELS_AT_ONCE)
    features = np.concatenate([level_features(network, batch) for batch in loader])
    patients = [one.read_without_crops().patient_key for one in stored]
    source = f"{len(stored)} levels of {len(set(patients))} patients of Sudirman's and SPIDER's mid-sagittal pictures"
    return FeatureSpread.fit(features, patients, source=source)


def _card(rows: Sequence[Mapping[str, Any]], settings: Settings, starts: Sequence[str]) -> dict[str, Any]:
    return {
        "name": "picture grader",
        "data": DATA,
        "licence": "Apache-2.0; the data's attribution must be kept (CC BY 4.0)",
        "start": "experts: " + starts[0] + "; notes: " + starts[1] + "; segmentation: the shipped one's encoder",
        "calibration": "on experts' gradings of SPIDER and what annotators graded of Sudirman's pictures, by networks "
        "and forests that did not see the patient; findings that only notes taught answer what a note would mention, "
        "and are not calibrated",
        "promise": f"each set is compatible with an expert's grade at a rate of {1 - settings.alpha:g} over all labels "
        "by one network and forests that did not see the patient; the five networks and forests of all patients that "
        "answer were not measured together",
        "validation_of": "out-of-fold predictions, on which calibration and thresholds were fitted too; what stands "
        "beside boxes has its threshold from notes, and no bulge was learned from boxes",
        "validation": [dict(row) for row in rows],
        "training": "deepspine experiment picture-grader",
    }
