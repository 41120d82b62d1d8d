"""Picture pairs measured on the mask of the shipped segmentation, and forests that answer by folds of patients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepspine.data.dataset.splits import fold_of
from deepspine.data.errors import ConfigError, DeepspineError
from deepspine.data.label_table import LabelTable
from deepspine.data.levels import Level
from deepspine.experiments.picture_dataset import PicturePair
from deepspine.experiments.picture_levels import laid_on
from deepspine.grading.measurements import measure
from deepspine.grading.measurements_forest import KEYS, MIN_LEAF, Learner, fit_forest
from deepspine.grading.prediction import Prediction

if TYPE_CHECKING:
    import pandas as pd

    from deepspine.segmentation.inference import SegmentationNetwork

LEARNERS = {learner.value: learner for learner in Learner}


@dataclass(frozen=True, eq=False)
class _Masked:
    """A mask and its discs, as `measure` takes them."""

    mask: Any
    frames: Any


def measured(pairs: Sequence[PicturePair], kept: Path, *, advance: Callable[[float], None]) -> pd.DataFrame:
    """Return the measurements of all patients on T2 (T1 where there is no T2), with T1's signals beside.

    Parameters
    ----------
    kept
        CSV file; written when it is not there.
    advance
        Called with the share done since its last call, 1 in sum.
    """
    import pandas as pd

    from deepspine.segmentation.inference import SegmentationNetwork

    if not kept.is_file():
        network = SegmentationNetwork.load()
        tables = []
        for pair in pairs:
            tables += _of_pair(pair, network)
            advance(1 / len(pairs))
        kept.parent.mkdir(parents=True, exist_ok=True)
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
        moved = located["t1"].volume if pair.same_view else laid_on(located["t1"], first)
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


def beside_neighbours(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of measurements with how each differs within its patient, as readers compare discs.

    Added for each measure: less the median of the patient's levels (`NAME_less_median`), less the level above
    (`NAME_less_above`) and below (`NAME_less_below`), nan where there is none. Rows keep their places.
    """
    import pandas as pd

    measures = [name for name in table.select_dtypes("number") if name not in (*KEYS, "confidence")]
    rank = table["level"].map(lambda level: Level.parse(str(level)).rank)
    down = table.assign(rank=rank).sort_values(["report_id", "rank"]).groupby("report_id")[measures]
    own = table[measures]
    parts = {"median": down.transform("median"), "above": down.shift(1), "below": down.shift(-1)}
    added = [(own - part.loc[table.index]).add_suffix(f"_less_{name}") for name, part in parts.items()]
    return pd.concat([table, *added], axis=1)


def cross_validate_measured(
    table: pd.DataFrame,
    labels: LabelTable,
    findings: Sequence[str],
    *,
    learner: str,
    folds: int,
    seed: int,
    min_leaf: int = MIN_LEAF,
) -> list[Prediction]:
    """Learn each finding from the measurements of all folds but one and answer for that one, in turn.

    `min_leaf` is of forests, see `fit_forest`.

    Raises
    ------
    ConfigError
        When there is no such learner.
    """
    if learner not in LEARNERS:
        raise ConfigError(f"learner must be one of {', '.join(LEARNERS)}, got {learner!r}")
    fold = table["patient_key"].map(lambda patient: fold_of(str(patient), folds))
    rows: list[Prediction] = []
    for finding in findings:
        for held in range(folds):
            forest = fit_forest(
                table[fold != held], labels, finding, learner=LEARNERS[learner], min_leaf=min_leaf, seed=seed
            )
            rows += forest.predict(table[fold == held])
    return rows
