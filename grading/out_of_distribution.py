"""How far a level's pictures lie from those that a grader learned from.

A network answers for a neck, a phantom bottle or noise as readily as for a lumbar disc. Its penultimate features tell
them apart: the score is the Mahalanobis distance of a level's features from the mean of the training levels (Lee 2018,
"A simple unified framework for detecting out-of-distribution samples"), with the covariance shrunk (Ledoit and Wolf
2004) since levels are few. Features are what the findings gathered by attention, and mean and spread of the maps of
the sagittal encoder before any finding looked: what no finding asks for still shows that a picture is strange.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepspine.data.errors import ConfigError
from deepspine.data.geometry import FloatArray

if TYPE_CHECKING:
    from deepspine.grading.inputs import LevelBatch
    from deepspine.grading.network import GradingNetwork

KNOWN_SHARE = 0.99
"""Share of levels like the training's that lie below the threshold."""
FOLDS = 5
MIN_LEVELS = 20
"""Fewer levels say nothing about a spread."""


@dataclass(frozen=True, eq=False)
class FeatureSpread:
    """Where the features of known levels lie.

    Attributes
    ----------
    mean
        *Shape:* (features,)
    precision
        Inverse of the shrunk covariance.
        *Shape:* (features, features)
    threshold
        Score beyond which a level counts as unlike those known.
    source
        What the levels were; for the warning.
    """

    mean: FloatArray
    precision: FloatArray
    threshold: float
    source: str

    @classmethod
    def fit(cls, features: FloatArray, patients: Sequence[object], *, source: str) -> FeatureSpread:
        """Learn from the features of known levels.

        Parameters
        ----------
        features
            As `level_features` gives them.
            *Shape:* (levels, features)
        patients
            Whose level each is. The threshold comes from distances of patients that mean and covariance did not see.
        source
            What the levels are, such as "1,700 levels of 340 patients of Sudirman's pictures".

        Raises
        ------
        ConfigError
            When there are fewer than `MIN_LEVELS` levels, or one patient alone.
        """
        keys, index = np.unique(np.array([str(patient) for patient in patients]), return_inverse=True)
        if len(features) < MIN_LEVELS or len(keys) < 2:
            raise ConfigError(f"a spread of features needs {MIN_LEVELS} levels of two patients, got {len(features)}")
        fold = np.random.default_rng(0).permutation(len(keys))[index] % min(FOLDS, len(keys))
        unseen = np.zeros(len(features))
        for one in np.unique(fold):
            unseen[fold == one] = _distances(features[fold == one], *_moments(features[fold != one]))
        return cls(*_moments(features), float(np.quantile(unseen, KNOWN_SHARE)), source)

    def scores(self, features: FloatArray) -> FloatArray:
        """Return how far out levels lie, about 1 for known ones; (levels, features) to (levels,)."""
        return _distances(features, self.mean, self.precision)

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return the arrays that a weights file holds."""
        return {"mean": self.mean.astype(np.float32), "precision": self.precision.astype(np.float32)}

    def to_json(self) -> dict[str, Any]:
        """Return what a card says beside the arrays."""
        return {"threshold": self.threshold, "source": self.source}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.float32]], values: Mapping[str, Any]) -> FeatureSpread:
        """Read what `arrays` and `to_json` gave."""
        mean, precision = (arrays[name].astype(float) for name in ("mean", "precision"))
        return cls(mean, precision, values["threshold"], values["source"])


@torch.inference_mode()
def level_features(network: GradingNetwork, batch: LevelBatch) -> FloatArray:
    """Return what a network makes of levels before its heads: what findings gathered, and its sagittal maps.

    Returns
    -------
    *Shape:* (levels, 3 * width)
    """
    maps: list[Tensor] = []
    gathered: list[Tensor] = []
    hooks = [
        network.sagittal.project.register_forward_hook(lambda module, given, out: maps.append(out)),
        network.attention.register_forward_hook(lambda module, given, out: gathered.append(out.mean(1))),
    ]
    try:
        network(batch)
    finally:
        for hook in hooks:
            hook.remove()
    tokens = maps[0].reshape(len(batch.level), -1, maps[0].shape[-1])
    # Both looks, as the patient is and mirrored, count alike.
    parts = [torch.stack(gathered).mean(0), tokens.mean(1), tokens.std(1)]
    return np.asarray(torch.cat(parts, dim=1).double().numpy())


def _moments(features: FloatArray) -> tuple[FloatArray, FloatArray]:
    from sklearn.covariance import ledoit_wolf

    covariance, _ = ledoit_wolf(features)
    return features.mean(axis=0), np.linalg.pinv(covariance)


def _distances(features: FloatArray, mean: FloatArray, precision: FloatArray) -> FloatArray:
    offset = features - mean
    squared = np.einsum("ij,jk,ik->i", offset, precision, offset)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0) / features.shape[1]))
