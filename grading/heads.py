"""Heads: one target for each finding and side, and how scores become grades.

A head answers for a finding; a lateral finding has one head for both sides, which sees the patient mirrored for the
left, so that what is learned on one side holds on the other. Targets are keyed by name: `canal_stenosis`,
`foraminal_stenosis/left`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, softplus

from deepspine.data.dataset.sample import Target
from deepspine.data.errors import ConfigError
from deepspine.data.findings import CORE_FINDINGS, Finding, Side, get_finding
from deepspine.data.levels import Level

LEVELS: tuple[Level, ...] = tuple(Level)
"""Order of the level embedding."""
CORN = "corn"
Ordinal = bool | Literal["corn"]
"""Heads of ordinal findings: softmax (False), cumulative link (True), or conditional steps (`corn`)."""


def findings_of(names: Sequence[str] | None) -> tuple[Finding, ...]:
    """Return the findings that a network grades; the core ones by default.

    Raises
    ------
    ConfigError
        When a finding is named twice, or its scale names sides (`herniation_zone`): a network that shares its branch
        by mirroring cannot tell them apart.
    VocabularyError
        When there is no finding of that name.
    """
    findings = CORE_FINDINGS if names is None else tuple(get_finding(name) for name in names)
    for place, finding in enumerate(findings):
        if finding in findings[:place]:
            raise ConfigError(f"finding {finding.name} is named twice")
        if any(grade.endswith(("_left", "_right")) for grade in finding.scale):
            raise ConfigError(f"{finding} has sides in its scale, which the grader cannot learn; leave it out")
    return findings


def targets_of(findings: Iterable[Finding]) -> tuple[Target, ...]:
    """Return one target for each finding and side."""
    return tuple((finding.name, side) for finding in findings for side in finding.sides)


def target_name(target: Target) -> str:
    """Return the name under which a network's output holds a target.

    Examples
    --------
    >>> target_name(("foraminal_stenosis", Side.LEFT)), target_name(("bulge", Side.MIDLINE))
    ('foraminal_stenosis/left', 'bulge')
    """
    finding, side = target
    return f"{finding}/{side.value}" if side is not Side.MIDLINE else finding


class SoftmaxHead(nn.Module):
    """One score a grade."""

    def __init__(self, width: int, n_grades: int) -> None:
        super().__init__()
        self.scores = nn.Linear(width, n_grades)

    def forward(self, features: Tensor) -> Tensor:
        """Return scores before softmax; (..., width) to (..., grades)."""
        scores: Tensor = self.scores(features)
        return scores


class CumulativeLinkHead(nn.Module):
    """One severity and ordered thresholds: the proportional odds model (McCullagh 1980).

    Grade `k` lies between thresholds `k-1` and `k`; what raises the odds of one grade raises those of all above it.
    """

    def __init__(self, width: int, n_grades: int) -> None:
        super().__init__()
        self.severity = nn.Linear(width, 1)
        self.first = nn.Parameter(torch.tensor(-0.5))
        self.steps = nn.Parameter(torch.full((n_grades - 2,), 0.5))

    def forward(self, features: Tensor) -> Tensor:
        """Return the logarithms of the grades' probabilities; (..., width) to (..., grades)."""
        thresholds = self.first + torch.cat([self.steps.new_zeros(1), softplus(self.steps).cumsum(0)])
        margin = thresholds - self.severity(features)
        below, above = logsigmoid(margin), logsigmoid(-margin)
        # log(sigmoid(upper) - sigmoid(lower)) without cancellation.
        gap = (thresholds[1:] - thresholds[:-1]).clamp_min(1e-4)
        between = below[..., 1:] + above[..., :-1] + torch.log(-torch.expm1(-gap))
        return torch.cat([below[..., :1], between, above[..., -1:]], dim=-1)


class ConditionalHead(nn.Module):
    """For each grade above the first, the odds of reaching it once the one below is reached (CORN, Shi 2021).

    The chain rule makes grades of the steps, so that the likelihood of a definite grade is CORN's sum of conditional
    losses and that of a set needs nothing of its own. Unlike the cumulative link each step has its own direction.
    """

    def __init__(self, width: int, n_grades: int) -> None:
        super().__init__()
        self.steps = nn.Linear(width, n_grades - 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return the logarithms of the grades' probabilities; (..., width) to (..., grades)."""
        steps = self.steps(features)
        reached, stays = logsigmoid(steps).cumsum(-1), logsigmoid(-steps)
        return torch.cat([stays[..., :1], reached[..., :-1] + stays[..., 1:], reached[..., -1:]], dim=-1)


def make_head(finding: Finding, width: int, *, ordinal: Ordinal = False) -> nn.Module:
    """Return the head of a finding; heads other than softmax need an ordinal scale.

    Raises
    ------
    ConfigError
        When `ordinal` is none of the kinds.
    """
    if ordinal not in (False, True, CORN):
        raise ConfigError(f"ordinal must be false, true or {CORN}, got {ordinal!r}")
    if not ordinal or not finding.ordinal:
        return SoftmaxHead(width, len(finding.scale))
    return (ConditionalHead if ordinal == CORN else CumulativeLinkHead)(width, len(finding.scale))
