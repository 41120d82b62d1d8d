"""The set likelihood: silence teaches nothing, a definite label is cross-entropy, a wider set costs less."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.set_likelihood import set_negative_log_likelihood

rows = st.lists(st.floats(-20, 20), min_size=4, max_size=4)
masks = st.lists(st.booleans(), min_size=4, max_size=4)


@given(rows)
def test_silence_has_zero_loss_and_zero_gradient(scores: list[float]) -> None:
    logits = torch.tensor([scores], requires_grad=True)
    loss = set_negative_log_likelihood(logits, torch.ones(1, 4, dtype=torch.bool))
    loss.sum().backward()
    assert loss.item() == 0
    assert logits.grad is not None
    assert logits.grad.abs().max().item() == 0


@given(rows, st.integers(0, 3))
def test_a_definite_label_is_cross_entropy(scores: list[float], grade: int) -> None:
    logits = torch.tensor([scores], dtype=torch.float64)
    allowed = torch.zeros(1, 4, dtype=torch.bool)
    allowed[0, grade] = True
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor([grade]), reduction="none")
    assert torch.allclose(set_negative_log_likelihood(logits, allowed), expected, atol=1e-9)


@given(rows, masks)
def test_the_loss_is_minus_log_of_the_probability_inside_the_set(scores: list[float], mask: list[bool]) -> None:
    logits = torch.tensor([scores], dtype=torch.float64)
    allowed = torch.tensor([mask])
    inside = torch.softmax(logits, -1)[allowed].sum() if any(mask) else torch.tensor(1.0, dtype=torch.float64)
    loss = set_negative_log_likelihood(logits, allowed)
    assert torch.allclose(torch.exp(-loss), inside.expand(1), atol=1e-9)


@given(rows, masks, st.integers(0, 3))
def test_a_wider_set_never_costs_more(scores: list[float], mask: list[bool], added: int) -> None:
    logits = torch.tensor([scores], dtype=torch.float64)
    narrow = torch.tensor([mask])
    wide = narrow.clone()
    wide[0, added] = True
    if any(mask):
        assert (set_negative_log_likelihood(logits, wide) <= set_negative_log_likelihood(logits, narrow) + 1e-9).all()


def test_gradient_pulls_only_towards_the_set() -> None:
    logits = torch.zeros(1, 4, requires_grad=True)
    set_negative_log_likelihood(logits, torch.tensor([[False, True, True, False]])).sum().backward()
    assert logits.grad is not None
    assert (logits.grad[0, 1:3] < 0).all()
    assert (logits.grad[0, [0, 3]] > 0).all()


def test_classes_may_lie_along_any_axis() -> None:
    logits = torch.randn(2, 5, 8, 8, generator=torch.Generator().manual_seed(0))
    allowed = torch.rand(2, 5, 8, 8, generator=torch.Generator().manual_seed(1)) > 0.5
    along_channels = set_negative_log_likelihood(logits, allowed, dim=1)
    along_last = set_negative_log_likelihood(logits.movedim(1, -1), allowed.movedim(1, -1))
    assert torch.allclose(along_channels, along_last)
