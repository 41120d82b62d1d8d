"""What the loss teaches: nothing from silence, and from a set what its grades share."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import logsigmoid

from deepspine.data.findings import FINDINGS
from deepspine.data.set_likelihood import set_negative_log_likelihood
from deepspine.grading.heads import make_head
from deepspine.grading.loss import grade_weights, grading_loss
from deepspine.grading.noise import EarlyLearning

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


def test_weights_leave_the_mean_loss_of_a_training_set_as_large_as_it_was() -> None:
    grades = torch.tensor([0] * 9000 + [1] * 800 + [2] * 200)
    weights = grade_weights(torch.nn.functional.one_hot(grades, 4).bool())
    assert weights[2] > weights[1] > weights[0]
    assert weights[grades].mean().item() == pytest.approx(1.0, abs=0.02)


def test_conditional_steps_give_the_losses_of_corn() -> None:
    """Shi 2021, equation 5: a step counts for the grades that reach it; ours is their sum for a definite grade."""
    head = make_head(FINDINGS["pfirrmann"], 4, ordinal="corn")
    features = torch.randn(3, 4)
    scores = head(features)
    steps = head.steps(features)
    assert torch.allclose(scores.exp().sum(-1), torch.ones(3), atol=1e-6)
    grade = 2
    by_hand = -(logsigmoid(steps[:, :grade]).sum(-1) + logsigmoid(-steps[:, grade]))
    allowed = torch.zeros(3, 5, dtype=torch.bool)
    allowed[:, grade] = True
    assert torch.allclose(set_negative_log_likelihood(scores, allowed), by_hand, atol=1e-5)


def test_a_doubted_label_is_softened_and_silence_stays_silent() -> None:
    scores = {"bulge": torch.tensor([[1.0, 0.0, -1.0, 0.0], [2.0, 0.0, 0.0, 0.0]], requires_grad=True)}
    allowed = {"bulge": torch.tensor([[True, False, False, False], [True, True, True, True]])}
    weights = {"bulge": torch.ones(4)}
    loss = grading_loss(scores, allowed, weights, {"bulge": torch.tensor([0.2, 0.5])})
    p = torch.softmax(scores["bulge"][0], 0)[0]
    assert loss.item() == pytest.approx(-(0.8 * p.log() + 0.2 * (1 - p).log()).item(), abs=1e-6)
    loss.backward()
    gradient = scores["bulge"].grad
    assert gradient is not None
    assert gradient[1].abs().sum() == 0


def test_a_doubt_of_nothing_changes_nothing() -> None:
    scores = {"bulge": torch.randn(5, 4)}
    allowed = {"bulge": torch.rand(5, 4) > 0.5}
    weights = {"bulge": torch.rand(4)}
    plain = grading_loss(scores, allowed, weights)
    assert torch.equal(plain, grading_loss(scores, allowed, weights, {"bulge": torch.zeros(5)}))


def test_early_learning_pulls_back_to_what_was_answered_before() -> None:
    """After a label has turned the network round, the penalty's gradient still points to the first answer."""
    memory = EarlyLearning({"bulge": 2}, 3, momentum=0.5)
    allowed = {"bulge": torch.tensor([[False, True]])}
    index = torch.tensor([1])
    for _ in range(4):
        memory({"bulge": torch.tensor([[4.0, 0.0]])}, allowed, index)
    turned = torch.tensor([[0.0, 1.0]], requires_grad=True)
    memory({"bulge": turned}, allowed, index).backward()
    assert turned.grad is not None
    assert turned.grad[0, 0] < 0 < turned.grad[0, 1]
    assert memory.mean_0[0].sum() == 0, "samples that were not seen have no memory"


def test_early_learning_says_nothing_of_silence() -> None:
    memory = EarlyLearning({"bulge": 2}, 1)
    scores = torch.tensor([[1.0, 0.0]], requires_grad=True)
    penalty = memory({"bulge": scores}, {"bulge": torch.tensor([[True, True]])}, torch.tensor([0]))
    penalty.backward()
    assert penalty.item() == 0
    assert scores.grad is not None
    assert scores.grad.abs().sum() == 0
