"""The experiments by name, and how one is run: a config file, data in, a folder with a table out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from deepspine.data.csv_rows import columns_of, rows_csv
from deepspine.data.errors import ConfigError
from deepspine.data.provenance import provenance
from deepspine.data.whole_files import write_whole

CONFIGS = Path(__file__).parent / "configs"

Advance = Callable[[float], None]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes
    ----------
    name
        On the command line.
    about
        What it asks, in a line.
    module
        Has `Settings`, a dataclass of the config's keys, and `run(settings, data, out, advance)`, which returns the
        rows of the table.
    fast
        Settings of a check that takes a few minutes, `key=value`; its figures mean nothing.
    """

    name: str
    about: str
    module: str
    fast: tuple[str, ...] = ()

    @property
    def config(self) -> Path:
        """The file that holds its settings."""
        return CONFIGS / f"{self.name.replace('-', '_')}.yaml"


EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType(
    {
        one.name: one
        for one in (
            Experiment(
                "sudirman-weak",
                "a grader taught by clinicians' notes alone, judged by image annotations that it never saw",
                "deepspine.experiments.sudirman_weak",
            ),
            Experiment(
                "spider-graded",
                "experts' gradings of mid-sagittal T1 and T2, learned alone and beside clinicians' notes",
                "deepspine.experiments.spider_graded",
            ),
            Experiment(
                "spider-measured",
                "experts' gradings from heights, areas, slip and signal alone: the interpretable baseline",
                "deepspine.experiments.spider_measured",
            ),
            Experiment(
                "spider-names",
                "are discs named as experts counted them, on mid-sagittal T1 and T2",
                "deepspine.experiments.spider_names",
                fast=("modalities=[t2]",),
            ),
            Experiment(
                "phantom-deepspine",
                "canal and foramina by input, from reports that err at a known rate",
                "deepspine.experiments.phantom_deepspine",
            ),
            Experiment(
                "modic-map",
                "Modic changes by voxel, three ways compared: phantom truth, and presence on pictures",
                "deepspine.experiments.modic.map",
                fast=("studies=1", "lessons=3", "folds=2", "phantom_epochs=1", "disc_epochs=1"),
            ),
            Experiment(
                "modic-normalisation",
                "which scale of grey values tells Modic changes best, and what phantoms and notes add",
                "deepspine.experiments.modic.normalisation",
                fast=("folds=2", "seeds=[1]", "lessons=3", "judges=2", "recipe.epochs=2"),
            ),
            Experiment(
                "modic-presence",
                "is a disc changed, by several networks weighed together, from what they said of held back patients",
                "deepspine.experiments.modic.presence",
            ),
            Experiment(
                "modic-readers",
                "simulated reading with and without assistance: is a change found that is there, and none that is not",
                "deepspine.experiments.modic.readers",
                fast=("simulations=20", "resamples=100"),
            ),
            Experiment(
                "picture-grader",
                "the shipped grader of sagittal pictures, from the networks of spider-graded",
                "deepspine.experiments.picture_grader",
            ),
        )
    }
)


def get_experiment(name: str) -> Experiment:
    """Return the experiment called `name`.

    Raises
    ------
    ConfigError
        When there is none of that name; the message lists all.
    """
    try:
        return EXPERIMENTS[name]
    except KeyError:
        raise ConfigError(f"experiment must be one of {', '.join(EXPERIMENTS)}, got {name!r}") from None


def run_experiment(
    name: str,
    data: Path,
    out: Path,
    *,
    config: Path | None = None,
    changes: Sequence[str] = (),
    fast: bool = False,
    advance: Advance = lambda n: None,
) -> list[Row]:
    """Run an experiment and write `table.csv`, `results.json` and the `config.yaml` that made them.

    Parameters
    ----------
    data
        Folder of the data sets.
    out
        Folder of the run; what was made there with the same settings is used again, so that a stopped run goes on.
    config
        In place of the experiment's own file.
    changes
        Settings over those of the file, `key=value`.
    fast
        Whether to check in a few minutes that all of it runs, with the experiment's own settings for that.
    advance
        Called with the share of the run done since its last call, 1 in sum.

    Raises
    ------
    ConfigError
        When there is no such experiment, a setting is not one of its own, it has no fast check, or the folder holds
        what was made with other settings.
    InputError
        When the data are not there.
    """
    from omegaconf import OmegaConf

    experiment = get_experiment(name)
    if fast and not experiment.fast:
        raise ConfigError(f"{name} has no fast check; make it smaller with --set")
    module = import_module(experiment.module)
    changes = [*(experiment.fast if fast else ()), *changes]
    settings = load_settings(module.Settings, config or experiment.config, changes)
    out.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = module.run(settings, data, out, advance)
    # After the run: a folder of other settings refuses it, and keeps the config of its own table.
    write_whole(out / "config.yaml", OmegaConf.to_yaml(OmegaConf.structured(settings)))
    write_rows(rows, out / "table.csv")
    result = {
        "experiment": name,
        "rows": rows,
        "made_by": provenance(settings=OmegaConf.to_container(OmegaConf.structured(settings), enum_to_str=True)),
    }
    write_whole(out / "results.json", json.dumps(result, indent=1) + "\n")
    return rows


def load_settings(kind: type[Any], config: Path, changes: Sequence[str] = ()) -> Any:
    """Read settings from a YAML file and `key=value` changes into a dataclass.

    Raises
    ------
    ConfigError
        When the file is missing, or a key or value is not one that the dataclass has.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    where, settings = config.name, OmegaConf.structured(kind)
    try:
        settings = OmegaConf.merge(settings, OmegaConf.load(config))
        for change in changes:
            where = f"--set {change}"
            if "=" not in change:
                raise ConfigError(f"{where}: wants KEY=VALUE")
            settings = OmegaConf.merge(settings, OmegaConf.from_dotlist([change]))
        return OmegaConf.to_object(settings)
    except OSError:
        raise ConfigError(f"no config file {config}") from None
    except (OmegaConfBaseException, YAMLError, ValueError) as error:
        raise ConfigError(f"{where}: {_reason(error, kind)}") from None


def _reason(error: Exception, kind: type[Any]) -> str:
    from omegaconf.errors import ConfigKeyError
    from yaml import MarkedYAMLError

    if isinstance(error, MarkedYAMLError) and error.problem_mark:
        return f"no valid YAML, line {error.problem_mark.line + 1}: {error.problem}"
    reason = str(error).splitlines()[0]
    if isinstance(error, ConfigKeyError) and error.object_type is kind and "Did you mean" not in reason:
        return f"no setting {error.key!r}; there are {', '.join(field.name for field in fields(kind))}"
    return reason


def write_rows(rows: Sequence[Row], path: Path) -> None:
    """Write rows as CSV; columns in the order in which rows name them."""
    write_whole(path, rows_csv(rows, columns_of(rows)))


def rows_text(rows: Sequence[Row]) -> str:
    """Return rows as a table for people."""
    names = columns_of(rows)
    cells = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )
