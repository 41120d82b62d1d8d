"""Patient-wise cross-validation of the segmentation: both trainings once for each fold, then one table.

Hours on a CPU (two hours a fold): each training is a `deepspine train segmentation` of its own, goes on from its last
checkpoint when it was stopped, and is not repeated when its weights are there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from deepspine.data.errors import DeepspineError
from deepspine.segmentation.weights_file import WEIGHTS_FILE

TRAINING_PHANTOMS, PHANTOM_SEED = 10, 77


def train_folds(data: Path, runs: Path, n_folds: int, *, extra: Sequence[str] = ()) -> list[Path]:
    """Train what is missing; return the weights of each fold.

    Parameters
    ----------
    data
        Folder with `spider_space`, `sudirman` and `spider_mid`.
    runs
        Folder for the phantom studies, `teacher-K` and `student-K`.
    n_folds
        Two or more.
    extra
        Further flags of `deepspine train segmentation`, for every training.

    Raises
    ------
    DeepspineError
        When a training ended with an error; its own message stands above.
    """
    phantom = (runs / "phantom").resolve()
    _deepspine("phantom", "--studies", str(TRAINING_PHANTOMS), "--seed", str(PHANTOM_SEED), "--out", str(phantom))
    weights = []
    for fold in range(n_folds):
        common = ["--data.root", str(data), "--data.n_folds", str(n_folds), "--data.held_fold", str(fold), *extra]
        teacher = _trained("segmentation_teacher", runs / f"teacher-{fold}", phantom, common)
        taught = ["--data.teacher", str(teacher), "--model.initial_weights", str(teacher)]
        weights.append(_trained("segmentation", runs / f"student-{fold}", phantom, [*common, *taught]))
    return weights


def _trained(config: str, run: Path, phantom: Path, flags: Sequence[str]) -> Path:
    """Return the weights of a run, after training them if they are not there."""
    weights = run / WEIGHTS_FILE
    if not weights.is_file():
        path = files("deepspine.experiments") / "configs" / f"{config}.yaml"
        where = ["--trainer.default_root_dir", str(run), "--trainer.logger.init_args.save_dir", str(run)]
        sources = ["spider_space"] * 3 + ["sudirman"] + ["spider_mid"] * (config == "segmentation") + [str(phantom)]
        checkpoints = sorted(run.rglob("last.ckpt"), key=lambda found: found.stat().st_mtime)
        resumed = ["--ckpt_path", str(checkpoints[-1])] if checkpoints else []
        _deepspine(
            "train", "segmentation", "--config", str(path), "--data.sources", f"[{','.join(sources)}]",
            *where, *flags, *resumed,
        )  # fmt: skip
    return weights


def _deepspine(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "deepspine", *words], check=False)
    if done.returncode:
        raise DeepspineError(f"`deepspine {' '.join(words[:2])}` ended with exit code {done.returncode}, see above")
