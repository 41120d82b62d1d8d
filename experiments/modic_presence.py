"""`modic-presence`: is a disc of SPIDER's pairs changed, by several networks weighed together.

Reads what other experiments said of patients that their networks did not see (`graded.json` of `modic-normalisation`,
`answers` of `modic-map`). Every source alone, the mean of their log odds, and a logistic regression that the other
folds teach, without and with the patient's other discs. A source's networks for the other folds have seen the patients
of a fold: the weights are a little in favour of sources that fit closely, the scores that are judged are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import MISSING

from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelKey
from deepspine.experiments.modic_answers import DiscAnswer, presence_of, read_graded
from deepspine.experiments.modic_samples import presence
from deepspine.experiments.modic_scores import picture_rows
from deepspine.experiments.modic_sources import PREFIX
from deepspine.experiments.modic_weighing import in_context, mean_of_all
from deepspine.experiments.recipe import averaged
from deepspine.grading.modic.mapping import MODIC
from deepspine.labeling.validation.pictures import read_gradings


@dataclass
class Settings:
    """Keys of the config.

    Attributes
    ----------
    sources
        Files of answers by name; those of several seeds, whose mean counts, with a comma between.
    folds
        Of patients, as in the experiments that answered.
    """

    sources: dict[str, str] = field(default_factory=dict)
    folds: int = MISSING


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Weigh the sources; return the table, one row a way."""
    if len(settings.sources) < 2:
        raise ConfigError("modic-presence weighs two sources or more; name them with --set sources.NAME=FILE")
    answers = gathered(settings.sources, data / "spider_mid" / "gradings.csv")
    first, *others = answers.values()
    ways = {
        **answers,
        "mean of all": mean_of_all(list(answers.values())),
        "weighed": in_context(first, others, folds=settings.folds, around=False),
        "weighed, and the patient's other discs": in_context(first, others, folds=settings.folds),
    }
    rows: list[Mapping[str, Any]] = []
    for way, own in ways.items():
        rows.append({"way": way, **{row["measure"]: row["value"] for row in picture_rows(own, folds=settings.folds)}})
        advance(1 / len(ways))
    return rows


def gathered(sources: Mapping[str, str], gradings: Path) -> dict[str, list[DiscAnswer]]:
    """Return the graded discs for which every source has an answer, by source and in one order.

    Raises
    ------
    InputError
        When there are none.
    """
    said = {
        name: presence_of(averaged([read_graded(Path(path)) for path in paths.split(",")]))
        for name, paths in sources.items()
    }
    labels = read_gradings(gradings, id_prefix=PREFIX)
    discs = sorted(set.intersection(*(set(own) for own in said.values())))
    truth = {disc: presence(labels.get(LabelKey(*disc, MODIC.name, Side.MIDLINE))) for disc in discs}
    known = [disc for disc in discs if truth[disc] >= 0]
    if not known:
        raise InputError(f"no disc that {gradings} grades has an answer of every source")
    return {name: [DiscAnswer(*disc, bool(truth[disc]), own[disc]) for disc in known] for name, own in said.items()}
