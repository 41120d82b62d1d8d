"""Learning from labels of which some are wrong: what a network sees early is remembered and defended.

Networks fit what most labels agree on first and memorise the wrong ones later. Early-learning regularisation (Liu 2020)
keeps a running mean of each sample's own answers and pulls the network towards it, against the memorising.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

LEAST_PROBABILITY = 1e-4
"""Probabilities are kept this far from 0 and 1, as in the authors' own code."""


class EarlyLearning(nn.Module):
    """The running mean of answers, by target, and the penalty for leaving it.

    Parameters
    ----------
    n_grades
        Grades of each target by name.
    n_samples
        Samples of the training set.
    momentum
        Share of the mean that each answer leaves standing.
    """

    def __init__(self, n_grades: Mapping[str, int], n_samples: int, *, momentum: float = 0.7) -> None:
        super().__init__()
        self.momentum = momentum
        self._names = tuple(n_grades)
        for number, name in enumerate(self._names):
            # A target's name may hold a slash, a buffer's may not hold a dot: numbers are safe.
            self.register_buffer(f"mean_{number}", torch.zeros(n_samples, n_grades[name]))

    def forward(self, scores: Mapping[str, Tensor], allowed: Mapping[str, Tensor], index: Tensor) -> Tensor:
        """Take a batch's answers into the mean and return the penalty, `log(1 - mean . p)` over labels that speak.

        Parameters
        ----------
        scores, allowed
            By target.
            *Shape:* (batch, grades)
        index
            Of the batch's samples in the training set.
            *Shape:* (batch,)
        """
        total = torch.stack([score.sum() * 0.0 for score in scores.values()]).sum()
        count = total.new_zeros(())
        for number, name in enumerate(self._names):
            p = scores[name].float().softmax(-1).clamp(LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
            memory: Tensor = getattr(self, f"mean_{number}")
            memory[index] = self.momentum * memory[index] + (1 - self.momentum) * p.detach()
            speaks = ~allowed[name].all(dim=1)
            agreement = (memory[index] * p).sum(dim=1)
            total = total + (speaks * torch.log((1 - agreement).clamp_min(LEAST_PROBABILITY))).sum()
            count = count + speaks.sum()
        return total / count.clamp_min(1)
