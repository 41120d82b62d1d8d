"""What the loss teaches: nothing from silence, and from a set what its grades share."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from deepspine.grading.loss import grade_weights, grading_loss

EVEN = {"bulge": torch.ones(4)}


def gradient(allowed: list[list[bool]], weights: dict[str, torch.Tensor] = EVEN) -> torch.Tensor:
    torch.manual_seed(0)
    scores = torch.randn(len(allowed), 4, requires_grad=True)
    grading_loss({"bulge": scores}, {"bulge": torch.tensor(allowed)}, weights).backward()
    assert scores.grad is not None
    return scores.grad


def test_silence_gives_exactly_no_gradient() -> None:
    grads = gradient([[True] * 4, [True, False, False, False]])
    assert torch.equal(grads[0], torch.zeros(4))
    assert grads[1].abs().sum() > 0


def test_a_batch_of_silence_alone_has_a_loss_that_can_be_stepped_on() -> None:
    assert torch.equal(gradient([[True] * 4, [True] * 4]), torch.zeros(2, 4))


def test_silence_does_not_dilute_what_others_say() -> None:
    alone = gradient([[False, True, False, False]])
    beside = gradient([[False, True, False, False], [True] * 4])
    assert torch.allclose(alone[0], beside[0])


def test_a_set_of_one_grade_trains_like_cross_entropy() -> None:
    torch.manual_seed(0)
    scores = torch.randn(1, 4)
    loss = grading_loss({"bulge": scores}, {"bulge": torch.tensor([[False, False, True, False]])}, EVEN)
    assert torch.allclose(loss, torch.nn.functional.cross_entropy(scores, torch.tensor([2])))


def test_learning_from_sets_finds_the_grade_that_all_of_them_share() -> None:
    """Reports of one picture that say "mild or moderate" and "at least moderate" teach "moderate"."""
    scores = torch.zeros(4, requires_grad=True)
    allowed = torch.tensor([[False, True, True, False], [False, False, True, True]])
    optimizer = torch.optim.SGD([scores], lr=1.0)
    for _ in range(200):
        optimizer.zero_grad()
        grading_loss({"bulge": scores.expand(2, 4)}, {"bulge": allowed}, EVEN).backward()
        optimizer.step()
    assert scores.softmax(0)[2] > 0.95


@given(st.lists(st.integers(1, 15), min_size=1, max_size=30))
def test_weights_are_positive_and_rare_grades_weigh_no_less(bits: list[int]) -> None:
    allowed = torch.tensor([[bool(b >> i & 1) for i in range(4)] for b in bits])
    weights = grade_weights(allowed)
    assert (weights > 0).all()
    known = allowed[~allowed.all(1)].float()
    counts = (known / known.sum(1, keepdim=True)).sum(0)
    order = counts.argsort()
    assert (weights[order].diff() <= 1e-5).all()
