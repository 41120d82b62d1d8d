"""Patient-wise cross-validation of the segmentation: both trainings and a look at the held patients for each fold.

Hours on a CPU (two hours a fold at full length): each training is a `deepspine train segmentation` of its own, goes on
from its last checkpoint when it was stopped, and neither it nor the look is repeated when its result is there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import yaml

from deepspine.data.errors import DeepspineError
from deepspine.segmentation.evaluation import Observations, observe
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.weights_file import WEIGHTS_FILE

TRAINING_PHANTOMS, PHANTOM_SEED = 10, 77
OBSERVED_FILE = "observed.json"
"""What a fold's network did on the patients held from it, beside its weights."""


def train_folds(
    data: Path, runs: Path, n_folds: int, *, share: float = 1.0, extra: Sequence[str] = ()
) -> Iterator[Path]:
    """Train what is missing; yield the weights of each fold as soon as they are there.

    Parameters
    ----------
    data
        Folder with `spider_space`, `sudirman` and `spider_mid`.
    runs
        Folder for the phantom studies, `teacher-K` and `student-K`.
    n_folds
        Two or more.
    share
        How many of the steps that the shipped weights took are taken, in (0, 1].
    extra
        Further flags of `deepspine train segmentation`, for every training.

    Raises
    ------
    DeepspineError
        When a training ended with an error; its own message stands above.
    """
    phantom = (runs / "phantom").resolve()
    _deepspine("phantom", "--studies", str(TRAINING_PHANTOMS), "--seed", str(PHANTOM_SEED), "--out", str(phantom))
    for fold in range(n_folds):
        common = ["--data.root", str(data), "--data.n_folds", str(n_folds), "--data.held_fold", str(fold), *extra]
        teacher = _trained("segmentation_teacher", runs / f"teacher-{fold}", phantom, share, common)
        taught = ["--data.teacher", str(teacher), "--model.initial_weights", str(teacher)]
        yield _trained("segmentation", runs / f"student-{fold}", phantom, share, [*common, *taught])


def observe_folds(
    data: Path,
    runs: Path,
    n_folds: int,
    *,
    share: float = 1.0,
    advance: Callable[[float], None] = lambda n: None,
) -> list[Observations]:
    """Train and observe what is missing; return what the network of each fold did on the patients held from it."""
    observed = []
    for fold, weights in enumerate(train_folds(data, runs, n_folds, share=share)):
        kept = weights.with_name(OBSERVED_FILE)
        if not kept.is_file():
            seen = observe(data, SegmentationNetwork.load(weights), volumes=fold == 0, advance=advance)
            kept.write_text(json.dumps(seen.to_json()), encoding="utf-8")
        observed.append(Observations.from_json(json.loads(kept.read_text(encoding="utf-8"))))
    return observed


def _trained(config: str, run: Path, phantom: Path, share: float, flags: Sequence[str]) -> Path:
    """Return the weights of a run, after training them if they are not there."""
    weights = run / WEIGHTS_FILE
    if not weights.is_file():
        path = files("deepspine.experiments") / "configs" / f"{config}.yaml"
        steps = round(share * yaml.safe_load(path.read_text(encoding="utf-8"))["trainer"]["max_steps"])
        where = ["--trainer.max_steps", str(steps)]
        where += ["--trainer.default_root_dir", str(run), "--trainer.logger.init_args.save_dir", str(run)]
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
