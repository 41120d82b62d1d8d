"""nnU-Net v2 (Isensee 2021) on the slices and folds that our network learns from, in an environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from deepspine.data.errors import InputError
from deepspine.data.whole_files import write_whole
from deepspine.experiments.benchmarks.peer_environment import last_line, peer_environment
from deepspine.segmentation.classes import dice_coefficient
from deepspine.segmentation.training_sets import segmentation_fold_of

REQUIREMENTS = ("nnunetv2==2.6.2", "setuptools<80")
DATASET = "Dataset901_SpiderSpace"
LABELS = {"background": 0, "vertebra": 1, "canal": 2, "disc": 3}
"""As the masks of `spider_space` are numbered: nnU-Net has no partial labels, so a user gives it these."""
RUN_MARGIN_S = 3600
"""For planning, preprocessing and predicting on a busy core."""
BUSY_FACTOR = 8
"""Wall time for processor time, where others use the core too."""


@dataclass(frozen=True)
class NnunetRun:
    """What nnU-Net made of its time.

    Attributes
    ----------
    dice
        Of vertebra, disc and canal, mean of patients.
    n_patients
        Held patients.
    steps, trained_s
        Of training; seconds of the processor.
    seconds_a_slice
        Median, reading and prediction with nnU-Net's defaults; of the processor.
    peak_mb
        Resident memory of the whole run.
    plan
        Its own plan in words.
    """

    dice: tuple[float, float, float]
    n_patients: int
    steps: int
    trained_s: float
    seconds_a_slice: float
    peak_mb: float
    plan: str


def run_nnunet(
    spider_space: Path, *, folder: Path, work: Path, minutes: float, n_folds: int, held_fold: int
) -> NnunetRun:
    """Train nnU-Net's 2D network on the patients outside a fold, and measure it on those inside.

    Parameters
    ----------
    spider_space
        Folder with `slices.csv`, `images` and `masks`.
    folder
        Of the environment, made when missing.
    work
        Emptied first; nnU-Net's data and masks are written here.
    minutes
        Of training in processor time, without planning and preprocessing.

    Raises
    ------
    InputError
        When the environment cannot be made, the fold is empty, or the run fails.
    """
    shutil.rmtree(work, ignore_errors=True)
    held = write_dataset(spider_space, work, n_folds=n_folds, held_fold=held_fold)
    task = {
        "work": str(work), "dataset": DATASET, "test": str(work / "test"), "predicted": str(work / "predicted"),
        "minutes": minutes,
    }  # fmt: skip
    python = peer_environment(folder, REQUIREMENTS, peer="nnU-Net", option="--nnunet-minutes")
    done = subprocess.run(
        [str(python.absolute()), str(Path(__file__).with_name("nnunet_side.py"))],
        input=json.dumps(task), capture_output=True, text=True, check=False,
        timeout=RUN_MARGIN_S + BUSY_FACTOR * 60 * minutes,
    )  # fmt: skip
    if done.returncode:
        raise InputError(f"nnU-Net failed: {last_line(done.stderr)}; delete {folder} and {work} and try again")
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    return NnunetRun(
        dice=dice_of_masks(held, spider_space / "masks", work / "predicted"),
        n_patients=held["patient"].nunique(),
        steps=int(answer["steps"]),
        trained_s=float(answer["trained_s"]),
        seconds_a_slice=float(answer["seconds_a_slice"]),
        peak_mb=float(answer["peak_mb"]),
        plan=f"{answer['weights'] / 1e6:.1f} M weights, patch {answer['patch']}, batch {answer['batch']}",
    )


def write_dataset(spider_space: Path, work: Path, *, n_folds: int, held_fold: int) -> pd.DataFrame:
    """Write nnU-Net's raw data of the patients outside the fold, and pictures inside it; return the latter's rows.

    Raises
    ------
    InputError
        When no patient, or every one, falls into the fold.
    """
    table = pd.read_csv(spider_space / "slices.csv", dtype={"patient": str})
    inside = (
        table["patient"]
        .map(lambda patient: segmentation_fold_of(f"spider:{patient}", n_folds) == held_fold)
        .astype(bool)
    )
    held, kept = table[inside], table[~inside]
    if held.empty or kept.empty:
        raise InputError(f"fold {held_fold} of {n_folds} must hold some of the patients of {spider_space} and not all")
    raw = work / "raw" / DATASET
    for folder in (raw / "imagesTr", raw / "labelsTr", work / "test", work / "preprocessed", work / "results"):
        folder.mkdir(parents=True)
    for rows, target in ((kept, raw / "imagesTr"), (held, work / "test")):
        for name in rows["file"]:
            Image.open(spider_space / "images" / name).convert("L").save(target / f"{Path(name).stem}_0000.png")
    for name in kept["file"]:
        shutil.copyfile(spider_space / "masks" / name, raw / "labelsTr" / name)
    card = {"channel_names": {"0": "T2"}, "labels": LABELS, "numTraining": len(kept), "file_ending": ".png"}
    write_whole(raw / "dataset.json", json.dumps(card))
    return held


def dice_of_masks(held: pd.DataFrame, truth: Path, predicted: Path) -> tuple[float, float, float]:
    """Return the Dice of vertebra, disc and canal over each patient's slices, mean of patients."""
    by_patient = []
    for _, rows in held.groupby("patient"):
        real, guess = (
            np.stack([np.asarray(Image.open(at / name)) for name in rows["file"]]) for at in (truth, predicted)
        )
        by_patient.append(
            [dice_coefficient(guess == LABELS[one], real == LABELS[one]) for one in ("vertebra", "disc", "canal")]
        )
    vertebra, disc, canal = np.mean(by_patient, axis=0).tolist()
    return vertebra, disc, canal
