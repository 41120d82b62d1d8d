"""Learning from labels that err: how they err is learned beside the network, and the loss allows for it.

A report states another grade than the picture shows at a rate that nobody has counted. *Forward correction* (Patrini
2017) takes the network's answer through the confusion `T` of the labels, `T[g, s]` the share of discs of grade `g` that
reports call `s`, and asks how likely the label is then: `-log sum over g of p[g] * sum over s in the set of T[g, s]`.
The network is left to say what the picture shows, and a label that contradicts it costs no more than reports err. With
reports that never err this is the plain likelihood of the set.

`T` and how frequent grades are come by expectation maximisation (Dawid and Skene 1979) from the network's own answers:
each batch is asked for the grades that its labels stand for before the network learns from it (a set speaks for its
grades as the confusion shares them), and after every epoch the counts are summed up. No clean label is needed. Rare
grades have few labels to count, so each row of `T` starts from the error rate of the whole finding, all wrong grades
alike.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

START_ERROR = 0.2
"""Share of wrong labels before the first epoch has been counted."""
ROW_PRIOR = 500.0
"""Labels that the finding's own error rate counts for in each row of its confusion: a grade needs hundreds of labels
before it may err in its own way. With 20, a rare grade's row learned to take its neighbour's labels for its own errors,
and the network gave up the neighbour."""
ERROR_PRIOR = (1.0, 9.0)
"""Wrong and right labels that a finding's error rate starts from."""
SHARE_PRIOR = 5.0
"""Labels of each grade that shares of grades start from."""
MEMORY = 0.5
"""Share of the counts that an epoch leaves standing: answers of one epoch are noisy."""
LEAST_LIKELIHOOD = 1e-8


class LabelConfusion(nn.Module):
    """The confusion of labels and the shares of grades by finding, and the loss that allows for them.

    Parameters
    ----------
    findings
        The finding of each target by the target's name: both sides of a finding share a confusion.
    n_grades
        Grades of each finding by name.
    balance
        How much rare grades are lifted in what the network answers, 0 to 1: its scores are those of `p / share **
        balance` (logit adjustment, Menon 2021). Shares are of true grades, which weights by label would not be.
    """

    def __init__(self, findings: Mapping[str, str], n_grades: Mapping[str, int], *, balance: float) -> None:
        super().__init__()
        self.balance = balance
        self._findings = dict(findings)
        self._numbers = {finding: number for number, finding in enumerate(n_grades)}
        for finding, number in self._numbers.items():
            # A finding's name may not be a buffer's: numbers are safe.
            n = n_grades[finding]
            self.register_buffer(f"confusion_{number}", symmetric_confusion(n, START_ERROR))
            self.register_buffer(f"share_{number}", torch.full((n,), 1 / n))
            self.register_buffer(f"counts_{number}", torch.zeros(n, n))
            self.register_buffer(f"epoch_counts_{number}", torch.zeros(n, n))

    def confusion(self, finding: str) -> Tensor:
        """Return the share of discs of each true grade that labels call each grade; (true grades, called grades)."""
        return self._buffer("confusion", finding)

    def shares(self, finding: str) -> Tensor:
        """Return how frequent each true grade is, 1 in sum; (grades,)."""
        return self._buffer("share", finding)

    def forward(self, scores: Mapping[str, Tensor], allowed: Mapping[str, Tensor]) -> Tensor:
        """Return the mean loss over labels that say something.

        Parameters
        ----------
        scores, allowed
            By target.
            *Shape:* (batch, grades)

        Returns
        -------
        Zero, with zero gradient, when no label says anything.
        """
        total = torch.stack([score.sum() * 0.0 for score in scores.values()]).sum()
        count = total.new_zeros(())
        for name, score in scores.items():
            speaks = ~allowed[name].all(dim=1)
            joint = self._log_joint(self._findings[name], score[speaks], allowed[name][speaks])
            total = total - joint.logsumexp(-1).sum()
            count = count + speaks.sum()
        return total / count.clamp_min(1)

    @torch.no_grad()
    def count(self, scores: Mapping[str, Tensor], allowed: Mapping[str, Tensor]) -> None:
        """Count what labels stand for, once for each label of an epoch; shapes as for the loss."""
        for name, score in scores.items():
            finding = self._findings[name]
            speaks = ~allowed[name].all(dim=1)
            sets = allowed[name][speaks]
            posterior = self._log_joint(finding, score[speaks], sets).softmax(-1)
            told = sets[:, None, :] * self.confusion(finding)
            told = told / told.sum(dim=-1, keepdim=True).clamp_min(LEAST_LIKELIHOOD)
            self._buffer("epoch_counts", finding).add_((posterior[:, :, None] * told).sum(dim=0))

    @torch.no_grad()
    def update(self) -> None:
        """Take the epoch's counts into confusions and shares."""
        for finding in self._numbers:
            seen = self._buffer("epoch_counts", finding)
            counts = self._buffer("counts", finding)
            if not seen.sum():
                continue
            counts.copy_(MEMORY * counts + (1 - MEMORY) * seen if counts.sum() else seen)
            seen.zero_()
            self.confusion(finding).copy_(confusion_of(counts))
            shares = counts.sum(dim=1) + SHARE_PRIOR
            self.shares(finding).copy_(shares / shares.sum())

    def epoch_counts(self) -> list[Tensor]:
        """Return the running epoch's counts by finding, (grades, grades) each, for processes to add up in place."""
        return [self._buffer("epoch_counts", finding) for finding in self._numbers]

    def _log_joint(self, finding: str, scores: Tensor, sets: Tensor) -> Tensor:
        """Return how likely each true grade is together with the label, as logarithms; (labels, grades)."""
        log_p = (scores.float() + self.balance * self.shares(finding).log()).log_softmax(-1)
        return log_p + label_likelihood(sets, self.confusion(finding)).clamp_min(LEAST_LIKELIHOOD).log()

    def _buffer(self, kind: str, finding: str) -> Tensor:
        buffer: Tensor = getattr(self, f"{kind}_{self._numbers[finding]}")
        return buffer


def label_likelihood(allowed: Tensor, confusion: Tensor) -> Tensor:
    """Return how likely labels are for each true grade.

    Parameters
    ----------
    allowed
        *Shape:* (labels, grades)
    confusion
        *Shape:* (grades, grades)

    Returns
    -------
    In [0, 1].
        *Shape:* (labels, grades)

    Examples
    --------
    >>> label_likelihood(torch.tensor([[False, True, True]]), symmetric_confusion(3, 0.2))
    tensor([[0.2000, 0.9000, 0.9000]])
    """
    return allowed.to(confusion.dtype) @ confusion.T


def symmetric_confusion(n_grades: int, error: float | Tensor) -> Tensor:
    """Return the confusion of labels of which a share is any other grade; (grades, grades)."""
    wrong = torch.full((n_grades, n_grades), 1 / (n_grades - 1)).fill_diagonal_(0.0)
    return (1 - error) * torch.eye(n_grades) + error * wrong


def confusion_of(counts: Tensor) -> Tensor:
    """Return the confusion that counted labels show, each row with the finding's own error rate as its prior.

    Shapes: (grades, grades) to (grades, grades)
    """
    wrong, right = ERROR_PRIOR
    total = counts.sum()
    error = (total - counts.diagonal().sum() + wrong) / (total + wrong + right)
    prior = symmetric_confusion(len(counts), error.cpu()).to(counts.device)
    rows = counts + ROW_PRIOR * prior
    return rows / rows.sum(dim=1, keepdim=True)
