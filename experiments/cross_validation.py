"""Patient-wise cross-validation of the segmentation: all four trainings and a look at the held patients for each fold.

Hours on a CPU (three a fold at full length): each training is a `deepspine train segmentation` of its own, goes on from
its last checkpoint when it was stopped, and neither it nor the look is repeated when its result is there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml

from deepspine.data.errors import DeepspineError
from deepspine.data.whole_files import write_whole
from deepspine.experiments.made_with import check_same, claim, fingerprint
from deepspine.segmentation.inference import SegmentationNetwork
from deepspine.segmentation.observations import Observations, observe
from deepspine.segmentation.weights_file import CARD_FILE, WEIGHTS_FILE

TRAINING_PHANTOMS, PHANTOM_SEED = 10, 77
RUNS = "--runs"
MADE_WITH = "made_with"
OBSERVED_FILE = "observed.json"
"""What a fold's network did on the patients held from it, beside its weights."""


@dataclass(frozen=True)
class Training:
    """One of the trainings that the shipped weights took, each from the weights of the one before.

    Attributes
    ----------
    name
        Of its folders, before the fold.
    config
        Without suffix.
    taught
        Does the network before it say what annotations leave open?
    initial_share
        Of the weights of the network before it in its own.
    """

    name: str
    config: str
    taught: bool = False
    initial_share: float = 0.0


TRAININGS = (
    Training("teacher", "segmentation_teacher"),
    Training("student", "segmentation", taught=True),
    Training("third", "segmentation_third", taught=True),
    Training("fourth", "segmentation_fourth", initial_share=0.5),
)


@dataclass(frozen=True)
class Part:
    """What a training learns from, and for how long.

    Attributes
    ----------
    n_folds, held_fold
        Patients of this fold are held back.
    share
        Of the config's steps.
    """

    n_folds: int
    held_fold: int
    share: float

    def decides(self, config_steps: int) -> dict[str, int]:
        """Return what tells a network from those of other folds or lengths."""
        return {"n_folds": self.n_folds, "held_fold": self.held_fold, "steps": round(self.share * config_steps)}


def train_folds(
    data: Path, runs: Path, n_folds: int, *, chosen: Sequence[int] = (), share: float = 1.0
) -> Iterator[Path]:
    """Train what is missing; yield the weights of each fold as soon as they are there.

    Parameters
    ----------
    data
        Folder with `spider_space`, `sudirman` and `spider_mid`.
    runs
        Folder for the phantom studies and a folder for each of `TRAININGS` and fold, as `teacher-0`.
    n_folds
        Two or more.
    chosen
        Folds from 0 on, in place of all.
    share
        How many of the steps that the shipped weights took are taken, in (0, 1].

    Raises
    ------
    ConfigError
        When the folder holds networks of another number of folds, another fold or another length.
    DeepspineError
        When a training ended with an error; its own message stands above.
    """
    phantom = (runs / "phantom").resolve()
    _deepspine("phantom", "--studies", str(TRAINING_PHANTOMS), "--seed", str(PHANTOM_SEED), "--out", str(phantom))
    for fold in chosen or range(n_folds):
        part = Part(n_folds, fold, share)
        first, *later = TRAININGS
        weights = _trained(first, runs, data, phantom, part)
        for training in later:
            weights = _trained(training, runs, data, phantom, part, before=weights)
        yield weights


def observe_folds(
    data: Path,
    runs: Path,
    n_folds: int,
    *,
    chosen: Sequence[int] = (),
    share: float = 1.0,
    advance: Callable[[float], None] = lambda n: None,
) -> list[Observations]:
    """Train and observe what is missing; return what the network of each fold did on the patients held from it.

    What was observed with the same weights, data and code of the segmentation is not looked at again. Arguments are
    those of `train_folds`; `volumes`, which no network learned from, are shown to that of fold 0 alone.
    """
    observed = []
    for weights in train_folds(data, runs, n_folds, chosen=chosen, share=share):
        kept, asked = weights.with_name(OBSERVED_FILE), _decides_observations(data, weights)
        there = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
        if there.get(MADE_WITH) != asked:
            network = SegmentationNetwork.load(weights)
            seen = observe(data, network, volumes=network.card["held_fold"] == 0, advance=advance)
            there = {MADE_WITH: asked, **seen.to_json()}
            write_whole(kept, json.dumps(there))
        observed.append(Observations.from_json(there))
    return observed


def _decides_observations(data: Path, weights: Path) -> dict[str, str]:
    """Return what tells observations from those by other weights, of other data or by other code."""
    code = Path(str(files("deepspine.segmentation")))
    return {
        "weights": fingerprint(weights),
        "data": fingerprint(*sorted(data.glob("*/*.csv"))),
        "code": fingerprint(*sorted(code.rglob("*.py"))),
    }


def _trained(training: Training, runs: Path, data: Path, phantom: Path, part: Part, before: Path | None = None) -> Path:
    """Return the weights of a run, after training them if they are not there; `before` are those it starts from."""
    run = runs / f"{training.name}-{part.held_fold}"
    weights = run / WEIGHTS_FILE
    path = files("deepspine.experiments") / "configs" / f"{training.config}.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    asked = part.decides(config["trainer"]["max_steps"])
    if weights.is_file():
        check_same(run, _card(weights), asked, option=RUNS)
        return weights
    checkpoints = sorted(run.rglob("last.ckpt"), key=lambda found: found.stat().st_mtime)
    claim(run, asked, holds=bool(checkpoints), option=RUNS)
    sources = [str(phantom) if name == "phantom" else name for name in config["data"]["sources"]]
    flags: dict[str, object] = {
        "--config": path,
        "--data.root": data,
        "--data.sources": f"[{','.join(sources)}]",
        "--data.n_folds": part.n_folds,
        "--data.held_fold": part.held_fold,
        "--trainer.max_steps": asked["steps"],
        "--trainer.default_root_dir": run,
    }
    if before:
        flags |= {"--model.initial_weights": before, "--model.initial_share": training.initial_share}
    if training.taught:
        flags["--data.teacher"] = before
    if checkpoints:
        flags["--ckpt_path"] = checkpoints[-1]
    _deepspine("train", "segmentation", *(str(word) for flag in flags.items() for word in flag))
    return weights


def _card(weights: Path) -> dict[str, int | None]:
    """Return what the card of trained weights says of folds and length; the length stands in the network's name."""
    card = json.loads(weights.with_name(CARD_FILE).read_text(encoding="utf-8"))
    steps = re.search(r"(\d+) steps$", card.get("name", ""))
    return {
        "n_folds": card.get("n_folds"),
        "held_fold": card.get("held_fold"),
        "steps": int(steps[1]) if steps else None,
    }


def _deepspine(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "deepspine", *words], check=False)
    if done.returncode:
        raise DeepspineError(f"`deepspine {' '.join(words[:2])}` ended with exit code {done.returncode}, see above")
