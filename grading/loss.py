"""What the grader minimises: the likelihood of the sets that reports leave possible, rare grades weighing more."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from deepspine.data.set_likelihood import set_negative_log_likelihood

BALANCE_POWER = 0.5
"""Weights are inverse shares to this power: 0 leaves classes as frequent as they are, 1 makes all alike. The root keeps
single labels of the rarest grade from ruling a batch."""


def grade_weights(allowed: Tensor, *, power: float = BALANCE_POWER) -> Tensor:
    """Return a weight for each grade from the labels of a training set, 1 on average over its labels.

    A set of `k` grades counts `1 / k` for each; labels that leave all grades do not count.

    Parameters
    ----------
    allowed
        *Shape:* (labels, grades)

    Returns
    -------
    Positive weights.
        *Shape:* (grades,)
    """
    n_grades = allowed.shape[1]
    known = allowed[~allowed.all(dim=1)].float()
    counts = (known / known.sum(dim=1, keepdim=True)).sum(dim=0) + 1.0
    weights = (counts.sum() / (n_grades * counts)) ** power
    return weights / ((weights * counts).sum() / counts.sum())


def grading_loss(
    scores: Mapping[str, Tensor],
    allowed: Mapping[str, Tensor],
    weights: Mapping[str, Tensor],
    smoothing: Mapping[str, Tensor] | None = None,
) -> Tensor:
    """Return the mean loss over the labels that say something; zero, with zero gradient, when none does.

    Parameters
    ----------
    scores, allowed
        By target.
        *Shape:* (batch, grades)
    weights
        By target, one a grade; a set weighs as the mean of its grades.
        *Shape:* (grades,)
    smoothing
        By target, how much of each label's weight speaks for the grades outside of its set, in [0, 1]; none by
        default. Silence stays silent.
        *Shape:* (batch,)
    """
    total = torch.stack([score.sum() * 0.0 for score in scores.values()]).sum()
    count = total.new_zeros(())
    for name, score in scores.items():
        sets = allowed[name]
        weight = (sets * weights[name]).sum(dim=1) / sets.sum(dim=1).clamp_min(1)
        loss = set_negative_log_likelihood(score.float(), sets)
        if smoothing is not None:
            share = smoothing[name]
            loss = (1.0 - share) * loss + share * set_negative_log_likelihood(score.float(), ~sets)
        total = total + (weight * loss).sum()
        count = count + (~sets.all(dim=1)).sum()
    return total / count.clamp_min(1)
