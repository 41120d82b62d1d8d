"""What forests look at: a level's measurements on T2 with T1's signals, and how its patient's other levels differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepspine.data.frames import LevelFrame
from deepspine.data.levels import Level
from deepspine.data.volume import Volume
from deepspine.grading.measurements import SIGNALS, T1, LocatedSpine, measure, measure_names
from deepspine.grading.measurements_margins import DARK
from deepspine.grading.reading_inputs import SAGITTAL_T1, SAGITTAL_T2
from deepspine.grading.reading_study import LocatedStudy

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("report_id", "patient_key", "level")
"""Columns of a table of measurements that say whose they are; all other numeric columns are features."""
COMPARED = "_less_"
"""In the name of a column that compares a level with others."""


@dataclass(frozen=True, eq=False)
class MaskedSpine:
    """A mask and its discs, as `measure` takes them."""

    mask: NDArray[np.uint8]
    frames: tuple[LevelFrame, ...]


def measure_contrasts(volumes: Mapping[str, Volume], located: LocatedSpine) -> pd.DataFrame:
    """Measure a spine on sagittal T2 with T1's signals beside, or on T1 where there is no T2.

    Parameters
    ----------
    volumes
        By input name, all of the space of the first of `sagittal_t2` and `sagittal_t1` that is there.
    located
        Found on that one.

    Returns
    -------
    As `measure` with T1 beside; signals of T1 are named `t1_...` either way, and what a contrast that is not there
    would tell is nan.
    """
    if SAGITTAL_T2 in volumes:
        others = {T1: volumes[SAGITTAL_T1]} if SAGITTAL_T1 in volumes else {}
        table = measure(volumes[SAGITTAL_T2], located, others=others)
    else:
        table = measure(volumes[SAGITTAL_T1], located)
        table = table.drop(columns=list(DARK)).rename(columns={name: f"{T1}_{name}" for name in SIGNALS})
    return table.reindex(columns=["level", "confidence", *measure_names([T1]), "missing"])


def beside_neighbours(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of measurements with how each differs within its patient, as readers compare discs.

    Added for each measure: less the median of the patient's levels (`NAME_less_median`), less the next level above
    that was found (`NAME_less_above`) and below (`NAME_less_below`), nan where there is none. Rows keep their places.
    """
    import pandas as pd

    measures = [name for name in table.select_dtypes("number") if name not in (*KEYS, "confidence")]
    rank = table["level"].map(lambda level: Level.parse(str(level)).rank)
    down = table.assign(rank=rank).sort_values(["report_id", "rank"]).groupby("report_id")[measures]
    own = table[measures]
    parts = {"median": down.transform("median"), "above": down.shift(1), "below": down.shift(-1)}
    added = [(own - part.loc[table.index]).add_suffix(f"{COMPARED}{name}") for name, part in parts.items()]
    return pd.concat([table, *added], axis=1)


def study_features(study: LocatedStudy) -> pd.DataFrame:
    """Return the measurements of a located study at usual size, beside its neighbours, by the name of the level."""
    volumes, frames = study.at_usual_size()
    sagittal = {name: volumes[name][0] for name in (SAGITTAL_T1, SAGITTAL_T2) if name in volumes}
    table = measure_contrasts(sagittal, MaskedSpine(study.spine.mask, tuple(frames)))
    return beside_neighbours(table.assign(report_id=study.images.report_id)).set_index("level", drop=False)
