"""The one loss: the likelihood of the set that a label leaves possible, `-log sum over the set of p`.

It trains the segmentation (a pixel's label is the set of classes that it may have) and the grader (a level's label is
the set of grades that the report leaves possible) alike. A definite label is cross-entropy; a label that leaves
everything possible costs nothing and teaches nothing (Cour 2011, learning from partial labels).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def set_negative_log_likelihood(logits: Tensor, allowed: Tensor, *, dim: int = -1) -> Tensor:
    """Return `-log sum of p over the allowed classes`, one value a label.

    Parameters
    ----------
    logits
        Scores before softmax; classes along `dim`.
        *Shape:* (..., classes, ...)
    allowed
        True where a class is possible. An all-False set counts as all-True: a contradiction teaches nothing.
        *Shape:* as `logits`
    dim
        Axis of the classes.

    Returns
    -------
    Non-negative loss; exactly zero, with zero gradient, where all classes are allowed.
        *Shape:* (...) without `dim`

    Examples
    --------
    >>> import torch
    >>> logits = torch.tensor([[2.0, 0.0, -1.0]], requires_grad=True)
    >>> loss = set_negative_log_likelihood(logits, torch.tensor([[True, True, True]]))
    >>> loss.sum().backward(); loss.tolist(), logits.grad.abs().sum().item()
    ([0.0], 0.0)
    """
    unknown = allowed.all(dim=dim) | ~allowed.any(dim=dim)
    mask = allowed | unknown.unsqueeze(dim)
    inside = logits.masked_fill(~mask, float("-inf")).logsumexp(dim=dim)
    loss = logits.logsumexp(dim=dim) - inside
    return loss.masked_fill(unknown, 0.0).clamp_min(0.0)
