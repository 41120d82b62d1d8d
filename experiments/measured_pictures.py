"""Picture pairs measured on the mask of the shipped segmentation, and forests that answer by folds of patients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepspine.data.dataset.splits import fold_of
from deepspine.data.errors import ConfigError, DeepspineError
from deepspine.data.label_table import LabelTable
from deepspine.data.usual_size import laid_on
from deepspine.data.whole_files import write_whole
from deepspine.experiments.made_with import RECORD_FILE, claim, fingerprint
from deepspine.experiments.picture_dataset import INPUT_OF_MODALITY, PicturePair
from deepspine.grading.level_features import MaskedSpine, measure_contrasts
from deepspine.grading.measurements import T1, measure_names
from deepspine.grading.measurements_forest import N_TREES, Learner, fit_forest
from deepspine.grading.prediction import Prediction
from deepspine.grading.reading_inputs import SAGITTAL_T1

if TYPE_CHECKING:
    import pandas as pd

    from deepspine.segmentation.inference import SegmentationNetwork

LEARNERS = {learner.value: learner for learner in Learner}


def measured(pairs: Sequence[PicturePair], kept: Path, *, advance: Callable[[float], None]) -> pd.DataFrame:
    """Return the measurements of all patients on T2 (T1 where there is no T2), with T1's signals beside.

    Parameters
    ----------
    kept
        CSV file; written when it is not there, its record beside it.
    advance
        Called with the share done since its last call, 1 in sum.

    Raises
    ------
    ConfigError
        When the file holds other patients or measures, or was measured on another segmentation's masks.
    """
    import pandas as pd

    from deepspine.segmentation.inference import SegmentationNetwork, shipped_weights

    decided_by = {
        "patients": fingerprint(*(pair.name for pair in pairs)),
        "measures": fingerprint(*measure_names([T1])),
        "segmentation": fingerprint(shipped_weights()),
    }
    claim(kept, decided_by, holds=kept.is_file(), record=kept.with_name(f"{kept.stem}_{RECORD_FILE}"))
    if not kept.is_file():
        network = SegmentationNetwork.load()
        tables = []
        for pair in pairs:
            tables += _of_pair(pair, network)
            advance(1 / len(pairs))
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, pd.concat(tables, ignore_index=True).to_csv(index=False))
    return pd.read_csv(kept, dtype={"report_id": str, "patient_key": str, "level": str})


def _of_pair(pair: PicturePair, network: SegmentationNetwork) -> list[pd.DataFrame]:
    """Return the table of one patient, alone in a list; none when no spine is seen."""
    located = pair.located
    if not located:
        return []
    modality, first = next(iter(located.items()))
    volumes = {INPUT_OF_MODALITY[modality]: first.volume}
    if modality == "t2" and "t1" in located:
        moved = located["t1"].volume if pair.same_view else laid_on(located["t1"], first)
        volumes |= {} if moved is None else {SAGITTAL_T1: moved}
    try:
        mask, _ = network.segment(first.volume)
    except DeepspineError:
        return []
    table = measure_contrasts(volumes, MaskedSpine(mask, first.frames))
    return [table.assign(report_id=pair.name, patient_key=pair.name)]


def cross_validate_measured(
    table: pd.DataFrame,
    labels: LabelTable,
    findings: Sequence[str],
    *,
    learner: str,
    folds: int,
    seed: int,
    min_leaf: int | None = None,
    n_trees: int = N_TREES,
) -> list[Prediction]:
    """Learn each finding from the measurements of all folds but one and answer for that one, in turn.

    `min_leaf` and `n_trees` as in `fit_forest`.

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
                table[fold != held], labels, finding,
                learner=LEARNERS[learner], min_leaf=min_leaf, n_trees=n_trees, seed=seed,
            )  # fmt: skip
            rows += forest.predict(table[fold == held])
    return rows
