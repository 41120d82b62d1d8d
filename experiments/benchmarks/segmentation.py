"""The segmentation beside its peers in one run: engines of inference, time of a study, nnU-Net, Faster R-CNN."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepspine.data.csv_rows import csv_text
from deepspine.data.errors import DeepspineError, InputError
from deepspine.data.geometry import Grid, Plane
from deepspine.data.orientation import DISPLAY_AXES_LPS
from deepspine.data.spine_classes import SpineClass
from deepspine.data.volume import Volume
from deepspine.experiments.benchmarks.nnunet import NnunetRun, run_nnunet
from deepspine.experiments.benchmarks.peer_environment import last_line
from deepspine.segmentation.classes import dice_coefficient
from deepspine.segmentation.inference import SIDE_MULTIPLE, SegmentationNetwork, shipped_weights
from deepspine.segmentation.observations import dice_of_patients, located_pictures, unseen_by
from deepspine.segmentation.pose import Segmenter
from deepspine.segmentation.weights_file import read_weights

FIELD_OF_VIEW_MM = 280.0
"""Of the random slices that engines are timed on."""
STUDY_SHAPE = (20, 512, 512)
STUDY_TARGET_S, STARTUP_TARGET_S, MEMORY_TARGET_GB = 6.0, 3.0, 2.0
PHANTOM_SEED = 5
TIMING_ROUNDS = 7
PARTS = ("vertebra", "disc", "canal")


@dataclass(frozen=True)
class Figure:
    """One row of the table.

    Attributes
    ----------
    part
        What is compared: `inference`, `study`, `training` or `naming`.
    subject
        Who was measured.
    measure
        What, with its unit.
    value, target
        The figure and what this project set out for, None where it set no figure.
    note
        How it came about, where that is not plain.
    """

    part: str
    subject: str
    measure: str
    value: float
    target: float | None = None
    note: str = ""


def benchmark_segmentation(
    data: Path | None,
    *,
    threads: int = 1,
    nnunet_minutes: float = 0.0,
    nnunet_environment: Path = Path(".venv-nnunet"),
    work: Path = Path("runs/bench-segmentation"),
    detector: Path | None = None,
    advance: Callable[[float], None] = lambda n: None,
) -> list[Figure]:
    """Measure everything that the data allow.

    Parameters
    ----------
    data
        Folder with `spider_space` (Dice) and `sudirman` (naming); None compares engines on a phantom alone.
    threads
        Processor threads for every engine.
    nnunet_minutes
        Of training in processor time, for nnU-Net and for ours from random weights; 0 leaves both out.
    nnunet_environment, work
        Made when missing; `work` holds what both training runs write.
    detector
        Weights of Faster R-CNN; None leaves the naming out.
    advance
        Called with 1 after each part.

    Raises
    ------
    InputError
        When training or naming is asked for without its data, or a package is missing.
    """
    if nnunet_minutes and (data is None or not (data / "spider_space").is_dir()):
        raise InputError("--nnunet-minutes wants --data with spider_space to train on")
    if detector and (data is None or not (data / "sudirman").is_dir()):
        raise InputError("--detector wants --data with sudirman to name")
    import torch

    torch.set_num_threads(threads)
    shipped = SegmentationNetwork.load()
    study = phantom_study()
    figures = inference_figures(shipped, study, data, threads=threads)
    advance(1)
    figures += study_figures(study)
    advance(1)
    if data and nnunet_minutes:
        n_folds, held_fold = int(shipped.card["n_folds"]), int(shipped.card["held_fold"])
        figures += our_training_figures(data, work / "ours", nnunet_minutes, n_folds=n_folds, held_fold=held_fold)
        advance(1)
        theirs = run_nnunet(
            data / "spider_space", folder=nnunet_environment, work=(work / "nnunet").absolute(),
            minutes=nnunet_minutes, n_folds=n_folds, held_fold=held_fold,
        )  # fmt: skip
        figures += nnunet_figures(theirs)
        advance(1)
    if data and detector:
        figures += naming_figures(data, shipped, detector)
        advance(1)
    return figures


def phantom_study() -> Volume:
    """Return the T2 series of a phantom study, resampled to 20 slices of 512 x 512 over its own field of view."""
    from scipy import ndimage

    from deepspine.data.phantom.study import generate_study

    scan = generate_study(PHANTOM_SEED).sagittal.t2
    wanted = np.array(STUDY_SHAPE)
    voxels = ndimage.zoom(scan.stored.astype(np.float32), wanted / scan.stored.shape, order=1)
    extent_mm = np.array(scan.stored.shape) * scan.grid.spacing_mm
    slice_mm, row_mm, column_mm = (extent_mm / wanted).tolist()
    grid = Grid.from_axes(
        STUDY_SHAPE,
        origin_lps=(0.0, 0.0, 0.0),
        axes_lps=DISPLAY_AXES_LPS[Plane.SAGITTAL],
        spacing_mm=(slice_mm, row_mm, column_mm),
    )
    return Volume(voxels, grid)


def inference_figures(shipped: SegmentationNetwork, study: Volume, data: Path | None, *, threads: int) -> list[Figure]:
    """Time each engine on slices of the working size, and compare masks with references or with eager float32.

    The engines take turns, so that a busy moment of the machine hits all alike; the best round counts.
    Processor time, of all threads, tells engines apart where others use the same cores.
    """
    from deepspine.experiments.benchmarks.engines import engines

    side = int(np.ceil(FIELD_OF_VIEW_MM / shipped.pixel_mm / SIDE_MULTIPLE) * SIDE_MULTIPLE)
    slices = np.random.default_rng(0).random((1, 3, side, side), dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        candidates = dict(engines(shipped, read_weights(shipped_weights()), Path(folder), threads=threads))
        rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in candidates}
        for _ in range(TIMING_ROUNDS + 1):
            for name, network in candidates.items():
                start, busy = time.perf_counter(), time.process_time()
                network.engine(slices)
                rounds[name].append((time.perf_counter() - start, time.process_time() - busy))
    figures, reference = [], next(iter(candidates.values())).segment(study)[0]
    for name, network in candidates.items():
        # The first round compiles and fills caches.
        wall_ms, busy_ms = 1000 * np.min(rounds[name][1:], axis=0)
        note = f"{side} x {side}, {threads} thread(s), best of {TIMING_ROUNDS}"
        figures.append(Figure("inference", name, "ms a slice", float(wall_ms), note=note))
        figures.append(Figure("inference", name, "processor ms a slice", float(busy_ms), note=note))
        agreement = foreground_agreement(network.segment(study)[0], reference)
        figures.append(Figure("inference", name, "Dice with float32, phantom", agreement, note="lowest of the classes"))
        if data and (data / "spider_space").is_dir():
            figures += dice_figures("inference", name, data, network, shipped)
    return figures


def foreground_agreement(mask: NDArray[np.uint8], reference: NDArray[np.uint8]) -> float:
    """Return the lowest Dice of two masks over the classes but background."""
    return min(dice_coefficient(mask == one, reference == one) for one in SpineClass if one)


def dice_figures(
    part: str, subject: str, data: Path, network: Segmenter, fold_from: SegmentationNetwork, note: str = ""
) -> list[Figure]:
    """Return the Dice of vertebra, disc and canal on the patients that `fold_from` never saw."""
    patients = list(dice_of_patients(data / "spider_space", network, unseen_by(fold_from)))
    means = np.mean(patients, axis=0).tolist()
    how = f"{len(patients)} held patients{note}"
    return [Figure(part, subject, f"Dice {one}", mean, note=how) for one, mean in zip(PARTS, means, strict=True)]


def study_figures(study: Volume, repeats: int = 3) -> list[Figure]:
    """Measure start-up, one study and peak memory in a process of its own.

    Raises
    ------
    DeepspineError
        When that process fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study"
        path.write_bytes(pickle.dumps(study))
        start = time.monotonic()
        command = [sys.executable, "-m", "deepspine.experiments.benchmarks.study_side", str(path), str(repeats)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeepspineError(f"the study's process failed: {last_line(done.stderr)}")
    answer = json.loads(done.stdout)
    note = f"{STUDY_SHAPE[0]} slices of 512 x 512, phantom; {answer['discs']} discs named; best of {repeats}"
    first = f"{STUDY_SHAPE[0]} slices of 512 x 512, phantom; the process's first"
    return [
        Figure("study", "deepspine", "s a study", min(answer["seconds"]), STUDY_TARGET_S, note),
        Figure("study", "deepspine", "processor s a study", min(answer["processor_seconds"]), note=note),
        Figure("study", "deepspine", "s the first study", answer["seconds"][0], STUDY_TARGET_S, first),
        Figure("study", "deepspine", "s start-up", answer["ready"] - start, STARTUP_TARGET_S, "interpreter to weights"),
        Figure("study", "deepspine", "processor s start-up", answer["processor_ready"], note="interpreter to weights"),
        Figure("study", "deepspine", "GB peak memory", answer["peak_gb"], MEMORY_TARGET_GB, "resident, whole process"),
    ]


def our_training_figures(data: Path, run: Path, minutes: float, *, n_folds: int, held_fold: int) -> list[Figure]:
    """Train our U-Net from random weights for the given time on the same slices, and measure it like nnU-Net."""
    from deepspine.experiments.benchmarks.timed_training import train_for

    training = train_for(data, run, minutes, n_folds=n_folds, held_fold=held_fold)
    network = SegmentationNetwork.load(training.weights)
    how = f"; {training.steps} steps, {training.seconds:.0f} processor s"
    seconds = _seconds_a_slice(data, network)
    return [
        *dice_figures("training", "our U-Net", data, network, network, how),
        Figure("training", "our U-Net", "processor s a study", STUDY_SHAPE[0] * seconds, note="20 slices, masks alone"),
    ]


def nnunet_figures(run: NnunetRun) -> list[Figure]:
    """Return nnU-Net's rows."""
    how = f"{run.n_patients} held patients; {run.steps} steps, {run.trained_s:.0f} processor s; {run.plan}"
    rows = [
        Figure("training", "nnU-Net v2", f"Dice {one}", v, note=how) for one, v in zip(PARTS, run.dice, strict=True)
    ]
    study_s = STUDY_SHAPE[0] * run.seconds_a_slice
    return [
        *rows,
        Figure(
            "training",
            "nnU-Net v2",
            "processor s a study",
            study_s,
            note="20 slices, masks alone, its defaults (mirrored)",
        ),
        Figure("training", "nnU-Net v2", "GB peak memory", run.peak_mb / 1024, note="training and prediction"),
    ]


def naming_figures(data: Path, shipped: SegmentationNetwork, detector: Path) -> list[Figure]:
    """Name the held pictures of `sudirman` after U-Net and after Faster R-CNN; all that follows is the same."""
    from deepspine.segmentation.detection.inference import DetectionNetwork

    subjects: list[tuple[str, Segmenter]] = [("U-Net", shipped), ("Faster R-CNN", DetectionNetwork.load(detector))]
    figures = []
    for subject, network in subjects:
        start = time.process_time()
        pictures = list(located_pictures(data / "sudirman", network, unseen_by(shipped)))
        seconds = time.process_time() - start
        for modality in ("t1", "t2"):
            chosen = [one for one in pictures if one.modality == modality]
            note = f"{len(chosen)} held pictures"
            named, found = np.mean([one.all_named for one in chosen]), np.mean([one.in_box for one in chosen])
            what = modality.upper()
            figures.append(Figure("naming", subject, f"{what}, all names right", float(named), note=note))
            figures.append(Figure("naming", subject, f"{what}, centres in their box", float(found), note=note))
        figures.append(Figure("naming", subject, "processor s a picture", seconds / max(len(pictures), 1)))
    return figures


def figures_csv(figures: Sequence[Figure]) -> str:
    """Return the table as CSV."""
    rows = [
        (
            one.part,
            one.subject,
            one.measure,
            f"{one.value:.4g}",
            "" if one.target is None else f"{one.target:g}",
            one.note,
        )
        for one in figures
    ]
    return csv_text(rows, ("part", "subject", "measure", "value", "target", "note"))


def figures_json(figures: Sequence[Figure]) -> str:
    """Return the table as a JSON list."""
    return json.dumps([asdict(one) for one in figures])


def figures_text(figures: Sequence[Figure]) -> str:
    """Return the table as lines to read."""
    lines = []
    for one in figures:
        goal = "" if one.target is None else f"  target {one.target:g}"
        lines.append(f"{one.part:10} {one.subject:32} {one.measure:28} {one.value:9.4g}{goal}  {one.note}".rstrip())
    return "\n".join(lines)


def _seconds_a_slice(data: Path, network: SegmentationNetwork) -> float:
    """Return the processor's seconds that one held slice takes, over all of them."""
    import pandas as pd

    keep, start = unseen_by(network), time.process_time()
    list(dice_of_patients(data / "spider_space", network, keep))
    seconds = time.process_time() - start
    patients = pd.read_csv(data / "spider_space" / "slices.csv", dtype={"patient": str})["patient"]
    return seconds / max(sum(keep(f"spider:{one}") for one in patients), 1)
