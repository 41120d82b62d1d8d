"""Weights of the grader as they are shipped: networks, how their inputs are cut, and what makes their answers honest.

A folder with two files, `model.safetensors` and `model.json`; the package's own is `grading/weights/` beside this file.
`save_grader` writes it, `load_grader` reads it, or a checkpoint of `deepspine train grading` in its place.

A grader is a list of **parts**: the first part that grades a finding, and one of whose inputs the study has, answers
for it. So a part that learned from real mid-sagittal pictures can stand before one that learned everything else from
whole phantom studies. A part is one or more networks of one kind, whose probabilities are averaged, the forests that
look at measurements beside them, each with the weight of all networks together, and what has to be known to use them::

    {"format": "deepspine grader 2", "name": "...",
     "parts": [{
       "name": "pictures",
       "n_networks": 2,                        tensors `pictures.0.*`, `pictures.1.*`, half precision
       "network": {"findings": ["bulge"], "encoder": "small", "width": 64, "ordinal": false, "compare": true,
                   "side_embedding": false},
       "inputs": ["sagittal_t1", "sagittal_t2"],
       "crops": {...},                         `CropPreset.to_json()`: how crops are cut from a study
       "normalise_crops": true,                whether each crop is standardised on its own as well
       "usual_size": true,                     whether pictures are first scaled to a spine of usual size
       "trained_on": {"bulge": ["sudirman"]},  by finding, the data sets that had labels of it; phantoms are "phantom"
       "forests": {"bulge": [{"features": [...], "grades": [0, 1]}]},         tensors `pictures.forests.bulge.0`, ONNX
       "told_apart": {"bulge": ["none", "mild|moderate|severe"]},             see `told_apart`
       "calibration": {"bulge": {"weights": [[...]], "bias": [...]}},         see `calibration.LinearCalibration`
       "conformal": {"bulge": {"alpha": 0.1, "promise": "...", "thresholds": [...], "never_empty": true}},
       "outliers": {"threshold": 3.1, "source": "..."}                        see `out_of_distribution`
     }],
     "data": {"sudirman": "Sudirman et al., doi ..., CC BY 4.0"},
     "validation": {...}, "licence": "...", "intended_use": "research; not a medical device", "made_by": {...}}

Calibration and conformal thresholds are those of the groups of grades that labels told apart; where nothing is said of
groups, each grade is one. Findings without calibration are answered as they come out, findings without conformal
thresholds with the most probable grade alone, and pages say so. Infinite thresholds and the bias of grades that no
label had are null. To make a part of training runs::

    part = part_of_checkpoints(
        "pictures", [Path("run0"), Path("run1")], preset=get_preset("picture"), usual_size=True,
        trained_on={"bulge": ["sudirman"]}, calibration={"bulge": LinearCalibration.of(scaling, 4)},
        conformal={"bulge": Promised(0.1, ConformalSets.fit(...))}, outliers=FeatureSpread.fit(...),
    )
    save_grader(folder, [part], card={"name": "...", "data": {...}, "validation": {...}, "licence": "..."})
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepspine.data.crops import CropPreset
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import Finding, get_finding
from deepspine.data.geometry import FloatArray
from deepspine.data.provenance import provenance
from deepspine.data.whole_files import whole_file, write_whole
from deepspine.grading.calibration import LinearCalibration
from deepspine.grading.conformal import ConformalSets, Promise
from deepspine.grading.exported_forests import ExportedForest
from deepspine.grading.heads import findings_of
from deepspine.grading.inputs import AXIAL_INPUTS, INPUT_NAMES
from deepspine.grading.network import GradingNetwork
from deepspine.grading.out_of_distribution import FeatureSpread
from deepspine.grading.prediction import PREPARATION, checkpoint_network, find_checkpoint, read_checkpoint
from deepspine.grading.told_apart import ToldApart

WEIGHTS_FILE, CARD_FILE = "model.safetensors", "model.json"
FORMAT = "deepspine grader 2"
SHIPPED = Path(str(files("deepspine.grading"))) / "weights"
"""The grader of the package."""
PHANTOM = "phantom"
"""The data set of phantom studies, in `trained_on`."""
NETWORK_KEYS = ("findings", "encoder", "width", "ordinal", "side_embedding", "compare")
"""What makes a network, beside its weights."""
CARD_KEYS = ("name", "data", "licence")
"""What a card must say."""


@dataclass(frozen=True, eq=False)
class Promised:
    """Conformal sets and the rate at which they may miss the truth."""

    alpha: float
    sets: ConformalSets


@dataclass(frozen=True, eq=False)
class GraderPart:
    """Networks of one kind, and all that has to be known to use them; attributes as at the top of this module.

    Attributes
    ----------
    name
        Of the part; letters only.
    networks
        In evaluation mode; their probabilities are averaged.
    options
        Of each network: `NETWORK_KEYS`.
    trained_on
        Data sets by finding; a finding that is absent: not stated.
    forests
        By finding, what looks at the level's measurements beside the networks.
    told_apart
        By finding, which grades labels told apart; a finding that is absent: every grade.
    """

    name: str
    networks: tuple[GradingNetwork, ...]
    options: Mapping[str, Any]
    preset: CropPreset
    inputs: tuple[str, ...] = INPUT_NAMES
    normalise_crops: bool = False
    usual_size: bool = False
    trained_on: Mapping[str, Sequence[str]] = field(default_factory=dict)
    forests: Mapping[str, Sequence[ExportedForest]] = field(default_factory=dict)
    told_apart: Mapping[str, ToldApart] = field(default_factory=dict)
    calibration: Mapping[str, LinearCalibration] = field(default_factory=dict)
    conformal: Mapping[str, Promised] = field(default_factory=dict)
    outliers: FeatureSpread | None = None

    def __post_init__(self) -> None:
        if not self.networks or not self.name.isidentifier():
            raise ConfigError(f"a part must have a name of letters and a network, got {self.name!r}")
        if unknown := set(self.inputs) - set(INPUT_NAMES):
            raise ConfigError(f"inputs must be of {', '.join(INPUT_NAMES)}, got {', '.join(sorted(unknown))}")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the part grades."""
        return self.networks[0].findings

    @property
    def compares(self) -> bool:
        """Whether its networks see a level beside its study's others."""
        return self.networks[0].comparison is not None

    @property
    def sees_no_sides(self) -> bool:
        """Whether it looks at one sagittal slice of a level and nothing else."""
        return self.preset.sagittal.pixels[0] == 1 and not any(name.startswith("axial") for name in self.inputs)

    def groups(self, finding: str) -> ToldApart:
        """Return which grades of a finding are told apart."""
        return self.told_apart.get(finding) or ToldApart.every_grade(get_finding(finding))

    def phantom_only(self, finding: str) -> bool:
        """Whether no real data taught a finding: it was taught by phantoms alone."""
        return set(self.trained_on.get(finding, ())) == {PHANTOM}


@dataclass(frozen=True, eq=False)
class ShippedGrader:
    """A grader as `load_grader` gives it: its parts in the order in which they are asked, and its card."""

    parts: tuple[GraderPart, ...]
    card: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name on the card."""
        return str(self.card.get("name", "grader without a name"))


def part_of_checkpoints(
    name: str, checkpoints: Sequence[Path], *, preset: CropPreset | None = None, **about: Any
) -> GraderPart:
    """Return a part whose networks are those of checkpoints or run folders.

    Parameters
    ----------
    preset
        How crops were cut; needed for checkpoints that do not say so.
    about
        Further fields of `GraderPart` (trained_on, calibration, conformal, outliers, usual_size).

    Raises
    ------
    InputError
        When a file is no checkpoint of the grader, or it does not say how its crops were cut and `preset` is not given.
    ConfigError
        When the networks are not of one kind.
    """
    contents = [read_checkpoint(find_checkpoint(place)) for place in checkpoints]
    # Networks of before there was a choice do not compare.
    known = [{"compare": False, **one["hyper_parameters"]} for one in contents]
    options = [{key: one[key] for key in NETWORK_KEYS} for one in known]
    if any(one != options[0] for one in options):
        raise ConfigError("networks of one part must grade the same findings with the same encoder and width")
    prepared = contents[0].get(PREPARATION, {})
    ways = ("inputs", "normalise_crops", *(() if preset else ("preset",)))
    if any(one.get(PREPARATION, {}).get(way) != prepared.get(way) for one in contents for way in ways):
        raise ConfigError("networks of one part must see the same inputs, cut and normalised in the same way")
    if preset is None and "preset" not in prepared:
        raise InputError(f"{checkpoints[0]}: does not say how its crops were cut; train it again with this version")
    return GraderPart(
        name=name,
        networks=tuple(checkpoint_network(one).eval() for one in contents),
        options=options[0],
        preset=preset or CropPreset.from_json(prepared["preset"]),
        inputs=tuple(prepared.get("inputs", INPUT_NAMES)),
        normalise_crops=bool(prepared.get("normalise_crops", False)),
        **about,
    )


def save_grader(folder: Path, parts: Sequence[GraderPart], *, card: Mapping[str, Any]) -> None:
    """Write `model.safetensors` and `model.json`.

    Parameters
    ----------
    folder
        Made when missing.
    card
        Must have `name`, `data` (attribution and licence of each data set of `trained_on`) and `licence`; may have
        more. Format, parts, intended use and provenance are written for every grader.

    Raises
    ------
    ConfigError
        When the card does not say what it must, or a data set of `trained_on` has no attribution.
    """
    from safetensors.torch import save_file

    if missing := [key for key in CARD_KEYS if key not in card]:
        raise ConfigError(f"the card of a grader must have {', '.join(CARD_KEYS)}; {', '.join(missing)} is missing")
    named = {source for part in parts for sources in part.trained_on.values() for source in sources}
    if unnamed := sorted(named - set(card["data"])):
        raise ConfigError(f"the card's data must name the source and licence of {', '.join(unnamed)}")
    if len({part.name for part in parts}) != len(parts):
        raise ConfigError("parts of a grader must have names of their own")
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / WEIGHTS_FILE) as partial:
        save_file({name: tensor for part in parts for name, tensor in _tensors(part)}, partial)
    whole = {
        "format": FORMAT,
        **card,
        "intended_use": "research; not a medical device",
        "parts": [_part_json(part) for part in parts],
        "made_by": provenance(),
    }
    write_whole(folder / CARD_FILE, json.dumps(whole, indent=1) + "\n")


def load_grader(path: Path | None = None) -> ShippedGrader:
    """Load a grader.

    Parameters
    ----------
    path
        The folder that `save_grader` wrote or its `model.safetensors`; or a checkpoint, or the folder of a run, of
        `deepspine train grading`, whose answers are then not calibrated. By default the grader of the package.

    Raises
    ------
    InputError
        When there is no such grader, or its files are damaged.
    """
    if path is None:
        path = SHIPPED
        if not (path / CARD_FILE).is_file():
            raise InputError("this version ships no weights of the grader; name some with --weights FILE")
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; expected a grader's weights or a training run")
    if path.name == WEIGHTS_FILE or (path / WEIGHTS_FILE).is_file():
        return _load_saved(path if path.is_dir() else path.parent)
    part = part_of_checkpoints("checkpoint", [path])
    return ShippedGrader((part,), {"name": f"checkpoint {find_checkpoint(path).name}, not calibrated"})


def _load_saved(folder: Path) -> ShippedGrader:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        if card["format"] != FORMAT:
            raise InputError(f"{folder}: format must be {FORMAT!r}, got {card['format']!r}")
        tensors = load_file(folder / WEIGHTS_FILE)
        return ShippedGrader(tuple(_part_from(values, tensors) for values in card["parts"]), card)
    except FileNotFoundError:
        raise InputError(f"{folder}: weights must be {WEIGHTS_FILE} with its {CARD_FILE} beside it") from None
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{folder}: the grader's weights are damaged ({reason})") from None


# ---------------------------------------------------------------------------------------------------- parts as files


def _tensors(part: GraderPart) -> list[tuple[str, Tensor]]:
    """Return the tensors of a part by name; the axial branch of networks that see no axial picture is left out."""
    found = [
        (f"{part.name}.{number}.{name}", (tensor.half() if tensor.is_floating_point() else tensor).cpu().contiguous())
        for number, network in enumerate(part.networks)
        for name, tensor in network.state_dict().items()
        if _is_used(name, part.inputs)
    ]
    found += [
        (f"{part.name}.forests.{finding}.{number}", torch.frombuffer(bytearray(one.graph), dtype=torch.uint8))
        for finding, forests in part.forests.items()
        for number, one in enumerate(forests)
    ]
    if part.outliers is not None:
        found += [
            (f"{part.name}.outliers.{name}", torch.from_numpy(values))
            for name, values in part.outliers.arrays().items()
        ]
    return found


def _is_used(name: str, inputs: Sequence[str]) -> bool:
    return not name.startswith("axial.") or not set(AXIAL_INPUTS).isdisjoint(inputs)


def _part_json(part: GraderPart) -> dict[str, Any]:
    return {
        "name": part.name,
        "n_networks": len(part.networks),
        "network": dict(part.options),
        "inputs": list(part.inputs),
        "crops": part.preset.to_json(),
        "normalise_crops": part.normalise_crops,
        "usual_size": part.usual_size,
        "trained_on": {finding: list(sources) for finding, sources in part.trained_on.items()},
        "forests": {
            finding: [{"features": list(one.features), "grades": list(one.grades)} for one in forests]
            for finding, forests in part.forests.items()
        },
        "told_apart": {finding: [str(group) for group in one.groups] for finding, one in part.told_apart.items()},
        "calibration": {
            finding: {"weights": one.weights.tolist(), "bias": _finite(one.bias)}
            for finding, one in part.calibration.items()
        },
        "conformal": {
            finding: {
                "alpha": one.alpha,
                "promise": one.sets.promise.value,
                "thresholds": _finite(one.sets.thresholds),
                "never_empty": one.sets.never_empty,
            }
            for finding, one in part.conformal.items()
        },
        "outliers": None if part.outliers is None else part.outliers.to_json(),
    }


def _part_from(values: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> GraderPart:
    name, inputs = values["name"], tuple(values["inputs"])
    spread = values["outliers"]
    return GraderPart(
        name=name,
        networks=tuple(
            _network(values["network"], inputs, _under(f"{name}.{number}.", tensors))
            for number in range(values["n_networks"])
        ),
        options=values["network"],
        preset=CropPreset.from_json(values["crops"]),
        inputs=inputs,
        normalise_crops=values["normalise_crops"],
        usual_size=values["usual_size"],
        trained_on=values["trained_on"],
        forests={
            finding: [
                ExportedForest(
                    finding,
                    tuple(one["features"]),
                    tuple(one["grades"]),
                    tensors[f"{name}.forests.{finding}.{number}"].numpy().tobytes(),
                )
                for number, one in enumerate(forests)
            ]
            for finding, forests in values["forests"].items()
        },
        told_apart={
            finding: ToldApart.parse(get_finding(finding), groups) for finding, groups in values["told_apart"].items()
        },
        calibration={
            finding: LinearCalibration(np.array(one["weights"], dtype=float), _array(one["bias"], -np.inf))
            for finding, one in values["calibration"].items()
        },
        conformal={
            finding: Promised(
                one["alpha"],
                ConformalSets(Promise(one["promise"]), _array(one["thresholds"], np.inf), one["never_empty"]),
            )
            for finding, one in values["conformal"].items()
        },
        outliers=None if spread is None else FeatureSpread.from_arrays(_arrays(f"{name}.outliers.", tensors), spread),
    )


def _network(options: Mapping[str, Any], inputs: Sequence[str], tensors: Mapping[str, Tensor]) -> GradingNetwork:
    others = {key: value for key, value in options.items() if key != "findings"}
    network = GradingNetwork(findings_of(options["findings"]), **others)
    own = network.state_dict()
    unused = {name: tensor for name, tensor in own.items() if not _is_used(name, inputs)}
    network.load_state_dict(
        unused | {name: tensor.to(own[name].dtype) for name, tensor in tensors.items() if name in own}
    )
    return network.eval()


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _arrays(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, NDArray[np.float32]]:
    return {name: tensor.float().numpy() for name, tensor in _under(prefix, tensors).items()}


def _finite(values: FloatArray) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _array(values: Sequence[float | None], missing: float) -> FloatArray:
    return np.array([missing if value is None else value for value in values], dtype=float)
