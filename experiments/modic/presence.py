"""`modic-presence`: is a disc of SPIDER's pairs changed, by several networks weighed together.

Reads what other experiments said of patients that their networks did not see (`graded.json` of `modic-normalisation`,
`answers` of `modic-map`), and asks the networks and measurements of a run of `spider-graded`. Every source alone, the
mean of their log odds, and a logistic regression that the other folds teach, without and with the patient's other
discs. A source's networks for the other folds have seen the patients of a fold: the weights are a little in favour of
sources that fit closely, the scores that are judged are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from omegaconf import MISSING

from deepspine.data.convert.spider_gradings import read_gradings
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import Side
from deepspine.data.label_table import LabelKey
from deepspine.experiments import spider_graded
from deepspine.experiments.made_with import changed_options, claim
from deepspine.experiments.modic.answers import GRADED_FILE, DiscAnswer, presence_of, read_graded, write_graded
from deepspine.experiments.modic.samples import presence
from deepspine.experiments.modic.scores import picture_rows
from deepspine.experiments.modic.weighing import in_context, mean_of_all
from deepspine.experiments.public_sets import SPIDER_PREFIX
from deepspine.experiments.recipe import averaged, folder_of
from deepspine.experiments.registry import get_experiment, load_settings
from deepspine.grading.modic.mapping import MODIC


@dataclass
class Settings:
    """Keys of the config.

    Attributes
    ----------
    sources
        Files of answers by name; those of several seeds, whose mean counts, with a comma between.
    graded
        Folder of a run of `spider-graded`; none when empty.
    graded_variants
        Its variants that are asked; networks that are not there yet are trained.
    folds
        Of patients, as in the experiments that answered.
    """

    sources: dict[str, str] = field(default_factory=dict)
    graded: str = ""
    graded_variants: list[str] = field(default_factory=list)
    folds: int = MISSING


def run(settings: Settings, data: Path, out: Path, advance: Callable[[float], None]) -> list[Mapping[str, Any]]:
    """Weigh the sources; return the table, one row a way."""
    sources = dict(settings.sources)
    if settings.graded:
        sources |= asked(Path(settings.graded), settings.graded_variants, data, out / "answers")
    if len(sources) < 2:
        raise ConfigError("modic-presence weighs two sources or more; name them with --set sources.NAME=FILE")
    answers = gathered(sources, data / "spider_mid" / "gradings.csv")
    first, *others = answers.values()
    ways = {
        **answers,
        "mean of all": mean_of_all(list(answers.values())),
        "weighed": in_context(first, others, folds=settings.folds, around=False),
        "weighed, and the patient's other discs": in_context(first, others, folds=settings.folds),
    }
    rows: list[Mapping[str, Any]] = []
    for way, own in ways.items():
        measures = picture_rows(own, folds=settings.folds)
        rows.append({"way": way, "data": measures[0]["data"], **{row["measure"]: row["value"] for row in measures}})
        advance(1 / len(ways))
    return rows


def asked(graded: Path, names: Sequence[str], data: Path, kept: Path) -> dict[str, str]:
    """Ask variants of `spider-graded` for Modic changes; return the files of their answers by name.

    Parameters
    ----------
    graded
        Folder of its run.
    names
        Of the variants.
    data
        Folder of the data sets.
    kept
        Folder for the answers; what is there is not asked again.

    Raises
    ------
    ConfigError
        When a variant is none of `spider-graded` or an average, or what is kept comes from other settings of it.
    InputError
        When there is no such folder.
    """
    settings = load_settings(spider_graded.Settings, get_experiment("spider-graded").config)
    # An average is no network, but several to be asked one by one.
    networks = [name for name, one in settings.variants.items() if not one.average_of]
    if unknown := set(names) - set(networks):
        raise ConfigError(f"graded_variants are of {', '.join(networks)}, got {', '.join(sorted(unknown))}")
    if not graded.is_dir():
        raise InputError(f"no folder {graded}; graded names a run of `deepspine experiment spider-graded`")
    files = {name: kept / folder_of(name) / GRADED_FILE for name in names}
    for name, path in files.items():
        decided_by = {"folds": settings.folds, "recipe": changed_options(settings.recipe)}
        decided_by |= {"variant": changed_options(settings.variants[name])}
        claim(path.parent, decided_by, holds=path.is_file())
    left = {name: settings.variants[name] for name, path in files.items() if not path.is_file()}
    if left:
        crops = [one.crops for one in left.values()]
        annotators = any(one.annotators for one in left.values())
        notes = settings.note_findings if any(one.learns_notes for one in left.values()) else []
        material = spider_graded.gather(data, graded, notes, annotators=annotators, crops=crops, advance=lambda n: None)
    for name, variant in left.items():
        if variant.learner:
            # A forest learns each finding by itself.
            variant = replace(variant, recipe={**variant.recipe, "findings": [MODIC.name]})
        rows = spider_graded.learn(variant, settings, material, graded / folder_of(name), lambda n: None)
        write_graded([row for row in rows if row.key.finding == MODIC.name], files[name])
    return {name: str(path) for name, path in files.items()}


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
    labels = read_gradings(gradings, id_prefix=SPIDER_PREFIX)
    discs = sorted(set.intersection(*(set(own) for own in said.values())))
    truth = {disc: presence(labels.get(LabelKey(*disc, MODIC.name, Side.MIDLINE))) for disc in discs}
    known = [disc for disc in discs if truth[disc] >= 0]
    if not known:
        raise InputError(f"no disc that {gradings} grades has an answer of every source")
    return {name: [DiscAnswer(*disc, bool(truth[disc]), own[disc]) for disc in known] for name, own in said.items()}
