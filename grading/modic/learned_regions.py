"""Regions of changed marrow as networks mark them, their weights on disk, and the types of their voxels by the rule."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepspine.data.errors import InputError
from deepspine.data.geometry import FloatArray
from deepspine.data.levels import Level
from deepspine.data.whole_files import whole_file, write_whole
from deepspine.grading.modic.bodies import VertebralBody
from deepspine.grading.modic.measured_pair import MeasuredPair
from deepspine.grading.modic.regions import Evidence
from deepspine.grading.modic.thresholds import THRESHOLDS, ModicThresholds

if TYPE_CHECKING:
    from deepspine.grading.modic.region_network import RegionNetwork

SHIPPED = Path(__file__).parent / "weights"
"""The networks of the package."""
WEIGHTS_FILE, CARD_FILE = "model.safetensors", "model.json"
FORMAT = "deepspine modic regions 1"
BEYOND_MM = 4.0
"""How far marks may reach beyond the mask of a body."""
CARD_KEYS = ("name", "data", "licence")
"""What a card must say."""


@dataclass(frozen=True, eq=False)
class RegionModel:
    """Networks whose probabilities are averaged.

    Attributes
    ----------
    networks
        In evaluation mode.
    threshold
        Probability from which on a voxel is changed.
    disc_threshold
        Probability from which on a disc is; below it nothing at the disc is marked.
    card
        What they learned from, and how well.
    """

    networks: Sequence[RegionNetwork]
    threshold: float
    disc_threshold: float
    card: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path = SHIPPED) -> RegionModel:
        """Read networks.

        Raises
        ------
        InputError
            When the folder holds none.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from deepspine.grading.modic.region_network import RegionNetwork

        try:
            card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
            tensors = load_file(folder / WEIGHTS_FILE)
            if card["format"] != FORMAT:
                raise InputError(f"{folder / CARD_FILE}: format must be {FORMAT!r}, got {card['format']!r}")
            networks = []
            for number in range(card["n_networks"]):
                network = RegionNetwork(card["width"])
                own = {name: one.float() for name, one in tensors.items() if name.startswith(f"{number}.")}
                network.load_state_dict({name.partition(".")[2]: one for name, one in own.items()})
                networks.append(network.eval())
            return cls(networks, card["threshold"], card["disc_threshold"], card)
        except (OSError, KeyError, ValueError, RuntimeError, SafetensorError) as error:
            raise InputError(f"{folder}: no {WEIGHTS_FILE} and {CARD_FILE} of Modic regions ({error})") from None

    def save(self, folder: Path) -> None:
        """Write the networks in half precision, with their card.

        Raises
        ------
        InputError
            When the card does not say what it must.
        """
        import torch
        from safetensors.torch import save_file

        if missing := [key for key in CARD_KEYS if key not in self.card]:
            raise InputError(f"a card must say {', '.join(missing)}")
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {
            f"{number}.{name}": (one.half() if one.is_floating_point() else one).contiguous()
            for number, network in enumerate(self.networks)
            for name, one in network.state_dict().items()
            if one.dtype is not torch.int64
        }
        with whole_file(folder / WEIGHTS_FILE) as partial:
            save_file(tensors, partial)
        own = {
            "format": FORMAT,
            "n_networks": len(self.networks),
            "width": self.networks[0].width,
            "threshold": self.threshold,
            "disc_threshold": self.disc_threshold,
        }
        # The card of a model that was loaded tells these too, as they were.
        card = {**own, **self.card, **own}
        write_whole(folder / CARD_FILE, json.dumps(card, indent=1) + "\n")


@dataclass(frozen=True, eq=False)
class LearnedRegions:
    """What networks say of a pair.

    Attributes
    ----------
    pixels
        For each body, in its box: 1 where a voxel is as probably changed as the threshold asks for, more or less in
        proportion.
    discs
        Probability of any change, by disc: the highest of its slices.
    """

    pixels: Sequence[NDArray[np.float32]]
    discs: Mapping[Level, float]


def learn_regions(pair: MeasuredPair, model: RegionModel) -> LearnedRegions:
    """Ask the networks of a model about every disc of a pair."""
    from deepspine.grading.modic.region_network import ask

    bone = np.zeros(pair.t2.grid.shape, dtype=bool)
    for body in pair.bodies:
        bone[body.box] |= body.inside
    near = [_near(body, bone[body.box], pair.t2.spacing_mm) for body in pair.bodies]
    pixels = [np.zeros(one.shape, dtype=np.float32) for one in near]
    discs: dict[Level, float] = {}
    for crops in pair.crops():
        said = ask(model.networks, crops.channels)
        discs[crops.level] = float(said.disc.max())
        if discs[crops.level] < model.disc_threshold:
            continue
        for body, around, own in zip(pair.bodies, near, pixels, strict=True):
            nearest = np.argmin([one.distance_mm for one in body.endplates], axis=0)
            for index, endplate in enumerate(body.endplates):
                if endplate.level is crops.level:
                    where = np.zeros(bone.shape, dtype=bool)
                    where[body.box] = around & (nearest == index)
                    own += crops.spread(said.pixels / model.threshold, where)[body.box]
    return LearnedRegions(pixels, discs)


def typed_regions(
    body: VertebralBody,
    pixels: NDArray[np.float32],
    evidence: Evidence,
    spacing_mm: FloatArray,
    table: ModicThresholds = THRESHOLDS,
) -> NDArray[np.uint8]:
    """Return the Modic type of each voxel of a body's box, 0 where its marrow is normal.

    Parameters
    ----------
    body, evidence
        The body, and which type the rule would give each of its voxels.
    pixels
        As one of `LearnedRegions.pixels`.
    spacing_mm
        Of the picture; a single slice asks for a least area in place of a least volume.
    """
    changed = pixels >= 1.0
    labels, _ = ndimage.label(changed)
    least = table.least_voxels(len(changed), spacing_mm)
    sizes = np.bincount(labels.ravel())
    found = np.zeros(changed.shape, dtype=np.uint8)
    for number in np.flatnonzero(sizes >= least):
        region = labels == number
        if number == 0 or not (body.depth_mm[region] <= table.contact_mm).any() or not (region & body.core).any():
            continue
        found[region] = _types(region, body.core, evidence)[region]
    return found


def _near(body: VertebralBody, bone: NDArray[np.bool_], spacing_mm: FloatArray) -> NDArray[np.bool_]:
    """Return the voxels of a body and those up to `BEYOND_MM` beside it in the same slice that are no other body's.

    The mask of `locate` gives changed marrow at an endplate to the disc as often as not.
    """
    distance = np.stack([ndimage.distance_transform_edt(~one, sampling=spacing_mm[1:]) for one in body.inside])
    shown = np.asarray(body.inside.any(axis=(1, 2)))[:, None, None]
    return np.asarray(body.inside | ((distance <= BEYOND_MM) & shown & ~bone))


def _types(region: NDArray[np.bool_], core: NDArray[np.bool_], evidence: Evidence) -> NDArray[np.uint8]:
    """Give voxels whose own signal is mixed with cortex or disc the type of the nearest voxel inside the body."""
    _, nearest = ndimage.distance_transform_edt(~(region & core), return_indices=True)
    return np.asarray(evidence.types[tuple(nearest)], dtype=np.uint8)
