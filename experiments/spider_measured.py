"""`spider-measured`: what a ruler and a forest make of SPIDER's gradings, in the table of `spider-graded`.

Levels are measured on the mask of the shipped segmentation, on T2 at usual size (T1 where there is no T2), with T1's
signals where it can be laid on T2. A forest and boosted trees learn each finding from the measurements of four folds of
patients and answer for the fifth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import MISSING

from deepspine.data.dataset.splits import fold_of
from deepspine.data.errors import DeepspineError
from deepspine.data.label_table import LabelTable
from deepspine.experiments.picture_dataset import PicturePair, picture_pairs
from deepspine.experiments.picture_levels import laid_on
from deepspine.experiments.spider_graded import PREFIX, read_endplates, score
from deepspine.grading.measurements import measure
from deepspine.grading.measurements_forest import Learner, fit_forest
from deepspine.grading.prediction import Prediction
from deepspine.labeling.validation.pictures import read_gradings

if TYPE_CHECKING:
    import pandas as pd

    from deepspine.segmentation.inference import SegmentationNetwork


@dataclass
class Settings:
    """Keys of the config."""

    folds: int = MISSING
    findings: list[str] = MISSING
    learners: list[Learner] = MISSING
    seed: int = MISSING


@dataclass(frozen=True, eq=False)
class _Masked:
    """A mask and its discs, as `measure` takes them."""

    mask: Any
    frames: Any


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Measure (once), cross-validate, and return a row for each learner and finding."""
    folder = data / "spider_mid"
    table = measured(folder, out, lambda n: advance(0.8 * n))
    gradings = read_gradings(folder / "gradings.csv", id_prefix=PREFIX)
    labels = LabelTable({**gradings, **read_endplates(folder / "gradings.csv")})
    rows: list[Mapping[str, Any]] = []
    for learner in settings.learners:
        predictions = [row for name in settings.findings for row in _answers(table, labels, name, learner, settings)]
        rows += [{"variant": f"{learner.value} on measurements", **row} for row in
                 score(predictions, labels, folds=settings.folds)]  # fmt: skip
        advance(0.2 / len(settings.learners))
    return rows


def measured(folder: Path, out: Path, advance: Callable[[float], None]) -> pd.DataFrame:
    """Return the measurements of all patients; kept in `out/measurements.csv`."""
    import pandas as pd

    from deepspine.segmentation.inference import SegmentationNetwork

    kept = out / "measurements.csv"
    if not kept.is_file():
        network = SegmentationNetwork.load()
        pairs = picture_pairs(folder, out / "located", prefix=PREFIX, same_view=False)
        tables = []
        for pair in pairs:
            tables += _of_pair(pair, network)
            advance(1 / len(pairs))
        pd.concat(tables, ignore_index=True).to_csv(kept, index=False)
    return pd.read_csv(kept, dtype={"report_id": str, "patient_key": str, "level": str})


def _of_pair(pair: PicturePair, network: SegmentationNetwork) -> list[pd.DataFrame]:
    """Return the table of one patient, alone in a list; none when no spine is seen."""
    located = pair.located
    if not located:
        return []
    modality, first = next(iter(located.items()))
    others = {}
    if modality == "t2" and "t1" in located:
        moved = laid_on(located["t1"], first)
        others = {} if moved is None else {"t1": moved}
    try:
        mask, _ = network.segment(first.volume)
    except DeepspineError:
        return []
    table = measure(first.volume, _Masked(mask, first.frames), others=others)
    if modality == "t1":
        # Signals mean other things on T1.
        table = table.rename(columns={name: f"t1_{name}" for name in table.columns if "_to_" in name})
    return [table.assign(report_id=pair.name, patient_key=pair.name)]


def _answers(
    table: pd.DataFrame, labels: LabelTable, finding: str, learner: Learner, settings: Settings
) -> list[Prediction]:
    fold = table["patient_key"].map(lambda patient: fold_of(str(patient), settings.folds))
    rows: list[Prediction] = []
    for held in range(settings.folds):
        forest = fit_forest(table[fold != held], labels, finding, learner=learner, seed=settings.seed)
        rows += forest.predict(table[fold == held])
    return rows
