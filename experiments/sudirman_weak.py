"""`sudirman-weak`: a grader taught by clinicians' notes alone, judged by image annotations that it never saw.

    python -m deepspine.experiments.sudirman_weak --data DATA --labels labels.csv --out RUN

DATA holds `sudirman` (mid-sagittal T1 and T2 pictures, boxes a disc); `labels.csv` is what `deepspine label` reads from
the notes. Discs are located by our own network on T2; T1 of the same exam lies on the same field of view. Five folds by
patient. The judge: a disc box of the class bulge, on the five lowest discs of each T2, by place in the picture.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from deepspine.data.agreement import Interval, cohen_kappa, count_pairs_by_patient, patient_bootstrap
from deepspine.data.crops import get_preset
from deepspine.data.dataset.build import build_dataset
from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.silence import Silence
from deepspine.data.dataset.studies import StudyImages, StudySource, read_frames, standardised
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.findings import Side
from deepspine.data.frames import LevelFrame
from deepspine.data.geometry import FloatArray
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.data.pictures import read_picture
from deepspine.grading.prediction import Prediction, load_grader, predict_samples

FOLDS = 5
DISC_CLASSES = ("ddd", "normal", "lumbar_bulge", "thoracic_bulge")
BULGE_CLASSES = ("lumbar_bulge", "thoracic_bulge")
SAME_DISC_PX = 12.0
"""A located disc and a box are the same disc, and two boxes one, when their centres are nearer; discs are 30 apart."""
N_LOWEST = 5
FINDINGS = ("bulge", "herniation", "degeneration", "canal_stenosis", "foraminal_stenosis", "nerve_root", "thecal_sac")


@dataclass(frozen=True, eq=False)
class BoxedDisc:
    """A disc as the annotators boxed it on T2: centre `[row, column]` in pixels, and whether it bulges."""

    patient: str
    center_px: FloatArray
    bulges: bool


# ------------------------------------------------------------------------------------------------------- the dataset


def build(data: Path, labels: LabelTable, out: Path, *, silence: Silence) -> Path:
    """Locate the discs of every picture pair (once) and build the dataset."""
    folder = data / "sudirman"
    studies = [_source(folder, patient, out / "located") for patient in patients_with_t2(folder)]
    dataset = out / f"dataset_{silence}"
    result = build_dataset(studies, labels, dataset, preset=get_preset("picture"), silence=silence)
    sys.stdout.write(f"{silence}: {result.manifest.counts()}, {len(result.rejects)} rejected\n")
    return dataset


def patients_with_t2(folder: Path) -> list[str]:
    """Return the patients that have a T2."""
    with (folder / "images.csv").open(encoding="utf-8") as file:
        return sorted({row["patient"] for row in csv.DictReader(file) if row["modality"] == "t2"})


def _source(folder: Path, patient: str, located: Path) -> StudySource:
    name = f"sud-{patient}"
    return StudySource(
        study_key=name,
        patient_key=name,
        report_id=name,
        frames=partial(_frames, folder / "images" / f"{patient}_t2.png", located / name / "levels.json"),
        images=partial(_images, folder / "images", patient),
    )


def _frames(picture: Path, cache: Path) -> Sequence[LevelFrame]:
    """Return the discs found on a T2; their names are counted from L5-S1 where no sacrum tells."""
    if not cache.is_file():
        from deepspine.data.errors import NamingError
        from deepspine.segmentation.locate import locate

        volume = read_picture(picture)
        try:
            frames = locate(volume).frames
        except NamingError:
            frames = locate(volume, lowest=Level.L5_S1).frames
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps({"levels": [frame.to_json() for frame in frames]}), encoding="utf-8")
    return read_frames(cache)


def _images(folder: Path, patient: str) -> StudyImages:
    paths = {"sagittal_t1": folder / f"{patient}_t1.png", "sagittal_t2": folder / f"{patient}_t2.png"}
    return StudyImages({name: standardised([read_picture(path)]) for name, path in paths.items() if path.is_file()})


# --------------------------------------------------------------------------------------------------------- the folds


def cross_validate(
    dataset: Path, run: Path, *, inputs: Sequence[str], epochs: int, encoder: str, seed: int = 0
) -> list[Prediction]:
    """Train on four folds and grade the fifth, in turn; return the predictions of all patients."""
    import pytorch_lightning as pl
    from pytorch_lightning.callbacks import ModelCheckpoint

    from deepspine.grading.training import GradingData, GradingModule

    rows: list[Prediction] = []
    for fold in range(FOLDS):
        place = run / f"fold{fold}"
        data = GradingData(
            dataset, inputs=inputs, normalise_crops=True, batch_size=32, in_memory=True, folds=FOLDS, held_fold=fold,
            seed=seed,
        )  # fmt: skip
        if not list(place.rglob("last*.ckpt")):
            pl.seed_everything(seed)
            module = GradingModule(FINDINGS, encoder=encoder, width=64, learning_rate=3e-3, threads=1, seed=seed)
            trainer = pl.Trainer(
                max_epochs=epochs, default_root_dir=str(place), logger=False, enable_progress_bar=False,
                enable_model_summary=False, num_sanity_val_steps=0, accelerator="cpu", limit_val_batches=0,
                callbacks=[ModelCheckpoint(save_last=True, save_top_k=0, dirpath=str(place))],
            )  # fmt: skip
            trainer.fit(module, data)
        rows += predict_samples(load_grader(place), data.stored("val"), Manifest.read(dataset)).rows
    return rows


# --------------------------------------------------------------------------------------------------------- the judge


def boxed_discs(folder: Path) -> dict[str, list[BoxedDisc]]:
    """Return the five lowest discs of each patient's first T2, from below; a disc boxed twice is one.

    Raises
    ------
    InputError
        When the boxes are not there.
    """
    try:
        with (folder / "boxes.csv").open(encoding="utf-8") as file:
            rows = [r for r in csv.DictReader(file) if r["modality"] == "t2" and r["class"] in DISC_CLASSES]
    except OSError:
        raise InputError(f"{folder}: no boxes.csv; --data must hold the folder sudirman") from None
    found: dict[str, list[BoxedDisc]] = {}
    for row in rows:
        center = np.array([(float(row["y0"]) + float(row["y1"])) / 2, (float(row["x0"]) + float(row["x1"])) / 2])
        _add(found.setdefault(row["patient"], []), BoxedDisc(row["patient"], center, row["class"] in BULGE_CLASSES))
    return {patient: sorted(discs, key=lambda disc: -disc.center_px[0])[:N_LOWEST] for patient, discs in found.items()}


def _add(discs: list[BoxedDisc], new: BoxedDisc) -> None:
    for index, disc in enumerate(discs):
        if np.linalg.norm(disc.center_px - new.center_px) < SAME_DISC_PX:
            discs[index] = BoxedDisc(disc.patient, disc.center_px, disc.bulges or new.bulges)
            return
    discs.append(new)


def judged(
    data: Path, out: Path, scores: Mapping[tuple[str, Level], float]
) -> Iterator[tuple[str, bool, float | None]]:
    """Yield patient, whether a boxed disc bulges, and the score of the located disc there (None: none located)."""
    folder = data / "sudirman"
    boxes = boxed_discs(folder)
    for patient in patients_with_t2(folder):
        name = f"sud-{patient}"
        cache = out / "located" / name / "levels.json"
        frames = read_frames(cache) if cache.is_file() else []
        grid = read_picture(folder / "images" / f"{patient}_t2.png").grid
        places = [(grid.ijk_from_lps(frame.center_lps)[1:], scores.get((name, frame.level))) for frame in frames]
        for disc in boxes.get(patient, []):
            near = [
                (float(np.linalg.norm(place - disc.center_px)), score) for place, score in places if score is not None
            ]
            distance, score = min(near, default=(np.inf, None))
            yield name, disc.bulges, score if distance < SAME_DISC_PX else None


def bulge_scores(rows: Sequence[Prediction]) -> dict[tuple[str, Level], float]:
    """Return for each disc the probability of a bulge or a herniation, whichever is larger."""
    found: dict[tuple[str, Level], float] = {}
    for row in rows:
        if row.key.finding in ("bulge", "herniation"):
            key = (row.key.report_id, row.key.level)
            found[key] = max(found.get(key, 0.0), float(1.0 - row.probabilities[0]))
    return found


def note_scores(labels: LabelTable, located: Mapping[tuple[str, Level], float]) -> dict[tuple[str, Level], float]:
    """Return what the notes themselves say of each located disc, silence as no."""
    found = dict.fromkeys(located, 0.0)
    for patient, level in located:
        for finding in ("bulge", "herniation"):
            grades = labels.get(LabelKey(patient, level, finding, Side.MIDLINE))
            if grades is not None and not grades.admits("none"):
                found[(patient, level)] = 1.0
    return found


def agreement(pairs: Sequence[tuple[str, bool, float | None]], threshold: float = 0.5) -> dict[str, Any]:
    """Return kappa with its patient interval, AUC, and how many boxed discs were not located (taken as no)."""
    from sklearn.metrics import roc_auc_score

    patients = [patient for patient, _, _ in pairs]
    truth = np.array([bulges for _, bulges, _ in pairs])
    score = np.array([0.0 if value is None else value for _, _, value in pairs])
    counts = count_pairs_by_patient(patients, truth, score > threshold, 2)
    kappa: Interval = patient_bootstrap(counts, cohen_kappa)
    return {
        "discs": len(pairs),
        "bulges": int(truth.sum()),
        "not located": sum(value is None for _, _, value in pairs),
        "kappa": str(kappa),
        "AUC": round(float(roc_auc_score(truth, score)), 3),
    }


def main(arguments: Sequence[str]) -> None:
    """Run the experiment and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds sudirman")
    parser.add_argument("--labels", type=Path, required=True, help="label table of the notes")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--encoder", default="small")
    parser.add_argument("--silence", choices=[one.value for one in Silence], default="normal")
    parser.add_argument("--inputs", nargs="+", default=["sagittal_t1", "sagittal_t2"])
    options = parser.parse_args(arguments)
    labels = LabelTable.read(options.labels)
    dataset = build(options.data, labels, options.out, silence=Silence(options.silence))
    name = f"{options.silence}_{'_'.join(one.removeprefix('sagittal_') for one in options.inputs)}_{options.encoder}"
    rows = cross_validate(
        dataset, options.out / name, inputs=options.inputs, epochs=options.epochs, encoder=options.encoder
    )
    scores = bulge_scores(rows)
    table = {
        "grader": agreement(list(judged(options.data, options.out, scores))),
        "notes": agreement(list(judged(options.data, options.out, note_scores(labels, scores)))),
    }
    (options.out / f"{name}.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except DeepspineError as error:
        sys.exit(f"sudirman_weak: {error}")
