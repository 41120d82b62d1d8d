"""Labels that err: their confusion is found without a clean one, and what they hide is learned all the same."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from deepspine.data.set_likelihood import set_negative_log_likelihood
from deepspine.grading.label_confusion import LabelConfusion, confusion_of, label_likelihood, symmetric_confusion
from deepspine.grading.loss import grade_weights, grading_loss

SHARES = torch.tensor([0.65, 0.2, 0.1, 0.05])
N_GRADES = len(SHARES)


def confusion_for_canal(balance: float = 0.0) -> LabelConfusion:
    return LabelConfusion({"canal": "canal"}, {"canal": N_GRADES}, balance=balance)


def set_confusion(learned: LabelConfusion, value: Tensor) -> None:
    learned.confusion("canal").copy_(value)


@given(st.lists(st.integers(1, 2**N_GRADES - 1), min_size=1, max_size=20))
def test_labels_that_never_err_give_the_plain_likelihood_of_sets(bits: list[int]) -> None:
    allowed = torch.tensor([[bool(b >> g & 1) for g in range(N_GRADES)] for b in bits])
    scores = torch.randn(len(bits), N_GRADES, generator=torch.Generator().manual_seed(0))
    learned = confusion_for_canal()
    set_confusion(learned, torch.eye(N_GRADES))
    n_speak = (~allowed.all(dim=1)).sum().clamp_min(1)
    plain = set_negative_log_likelihood(scores, allowed).sum() / n_speak
    assert torch.allclose(learned({"canal": scores}, {"canal": allowed}), plain, atol=1e-5)


def test_silence_teaches_exactly_nothing_and_is_not_counted() -> None:
    learned = confusion_for_canal()
    scores = torch.randn(2, N_GRADES, requires_grad=True)
    allowed = torch.tensor([[True] * N_GRADES, [True, False, False, False]])
    learned({"canal": scores}, {"canal": allowed}).backward()
    learned.count({"canal": scores}, {"canal": allowed})
    assert scores.grad is not None
    assert torch.equal(scores.grad[0], torch.zeros(N_GRADES))
    assert scores.grad[1].abs().sum() > 0
    assert sum(learned.epoch_counts()).sum().item() == pytest.approx(1.0)  # type: ignore[union-attr]


def test_a_batch_of_silence_alone_can_be_stepped_on() -> None:
    scores = torch.randn(2, N_GRADES, requires_grad=True)
    confusion_for_canal()({"canal": scores}, {"canal": torch.ones(2, N_GRADES, dtype=torch.bool)}).backward()
    assert scores.grad is not None
    assert torch.equal(scores.grad, torch.zeros(2, N_GRADES))


def test_a_label_against_all_evidence_pulls_less_than_one_that_fits() -> None:
    """Cross-entropy pulls hardest at what contradicts it; a label that may be wrong is weighed against the picture."""
    scores = torch.tensor([[8.0, 0.0, 0.0, 0.0]], requires_grad=True)
    allowed = torch.tensor([[False, False, False, True]])
    confusion_for_canal()({"canal": scores}, {"canal": allowed}).backward()
    assert scores.grad is not None
    assert scores.grad.abs().max() < 0.02


def test_a_loss_counts_nothing() -> None:
    learned = confusion_for_canal()
    learned({"canal": torch.randn(3, N_GRADES)}, {"canal": torch.eye(N_GRADES, dtype=torch.bool)[:3]})
    before = learned.confusion("canal").clone()
    learned.update()
    assert torch.equal(learned.confusion("canal"), before)


def test_an_epoch_does_not_forget_the_epoch_before() -> None:
    """First all labels are right, then all are wrong: half of both is believed."""
    learned, sure, all_none = confusion_for_canal(), torch.full((500, N_GRADES), -30.0), torch.zeros(500, N_GRADES)
    sure[:, 0], all_none[:, 0] = 30.0, 1.0
    learned.count({"canal": sure}, {"canal": all_none.bool()})
    learned.update()
    before = learned.confusion("canal")[0, 0].item()
    learned.count({"canal": sure}, {"canal": all_none.roll(1, dims=1).bool()})
    learned.update()
    after = learned.confusion("canal")[0, 0].item()
    assert before > 0.9
    assert 0.3 < after < 0.8


def test_both_sides_of_a_finding_share_a_confusion() -> None:
    sides = ("foramina/left", "foramina/right")
    learned = LabelConfusion(dict.fromkeys(sides, "foramina"), {"foramina": 4}, balance=0.0)
    one = torch.eye(4, dtype=torch.bool)
    learned.count({side: torch.zeros(4, 4) for side in sides}, dict.fromkeys(sides, one))
    assert [counts.sum().item() for counts in learned.epoch_counts()] == [pytest.approx(8.0)]


def test_few_labels_of_a_grade_leave_it_at_the_error_rate_of_the_finding() -> None:
    counts = 1000 * symmetric_confusion(N_GRADES, 0.2)
    counts[3] = torch.tensor([1.0, 0.0, 0.0, 0.0])
    found = confusion_of(counts)
    assert torch.allclose(found.sum(dim=1), torch.ones(N_GRADES))
    assert torch.allclose(found[:3], symmetric_confusion(N_GRADES, 0.2)[:3], atol=0.01)
    assert found[3, 3] > 0.7


def test_a_set_is_as_likely_as_all_of_its_grades_together() -> None:
    confusion = symmetric_confusion(N_GRADES, 0.3)
    single = label_likelihood(torch.eye(N_GRADES, dtype=torch.bool), confusion)
    both = label_likelihood(torch.tensor([[True, True, False, False]]), confusion)
    assert torch.allclose(both[0], single[0] + single[1])


# ------------------------------------------------------------------------------------------------------- a toy problem


N_PIXELS, N_LABELS, BATCH, EPOCHS = 20, 2000, 100, 15
"""Pixels of which two tell the grade, so that a network can learn wrong labels by heart."""


def toy(n: int, error: float, *, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return pictures, their true grades of which one is rare, and labels that err at a rate."""
    draw = torch.Generator().manual_seed(seed)
    truth = torch.multinomial(SHARES, n, replacement=True, generator=draw)
    pictures = torch.randn(n, N_PIXELS, generator=draw)
    turn = truth * (2 * torch.pi / N_GRADES)
    pictures[:, :2] += 3 * torch.stack([turn.cos(), turn.sin()], dim=1)
    told = torch.multinomial(symmetric_confusion(N_GRADES, error)[truth], 1, generator=draw)[:, 0]
    return pictures, truth, told


def class_average(network: nn.Module, pictures: Tensor, truth: Tensor) -> float:
    guess = network.eval()(pictures).argmax(dim=1)
    return float(torch.stack([(guess[truth == g] == g).float().mean() for g in range(N_GRADES)]).mean())


def learned_from(error: float, learned: LabelConfusion | None) -> float:
    """Train on labels that err; return the class-average accuracy on pictures that did not train."""
    pictures, _, told = toy(N_LABELS, error, seed=1)
    allowed = nn.functional.one_hot(told, N_GRADES).bool()
    weights = {"canal": grade_weights(allowed, power=1.0)}
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(N_PIXELS, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, N_GRADES))
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.01)
    for _ in range(EPOCHS):
        for rows in torch.randperm(N_LABELS).split(BATCH):
            scores, sets = {"canal": network(pictures[rows])}, {"canal": allowed[rows]}
            if learned is not None:
                learned.count(scores, sets)
            loss = learned(scores, sets) if learned is not None else grading_loss(scores, sets, weights)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if learned is not None:
            learned.update()
    seen, truth, _ = toy(4000, 0.0, seed=2)
    return class_average(network, seen, truth)


@pytest.mark.parametrize(
    ("error", "most_lost", "least_gained", "off"), [(0.2, 0.02, 0.01, 0.1), (0.4, 0.1, 0.02, 0.15)]
)
def test_a_rare_grade_is_learned_from_labels_most_of_which_are_wrong(
    error: float, most_lost: float, least_gained: float, off: float
) -> None:
    """At 40 % seven of ten labels of the rarest grade are wrong; the confusion is found without one clean label.

    What a network has learned by heart it takes for right, so errors are undercounted, the more so the more there are.
    """
    learned = confusion_for_canal(balance=1.0)
    clean, plain, robust = (learned_from(*one) for one in ((0.0, None), (error, None), (error, learned)))
    assert robust > clean - most_lost
    assert robust > plain + least_gained
    assert torch.allclose(learned.confusion("canal"), symmetric_confusion(N_GRADES, error), atol=off)
    assert torch.allclose(learned.shares("canal"), SHARES, atol=off)


def test_labels_that_never_err_are_soon_believed() -> None:
    learned = confusion_for_canal(balance=1.0)
    assert learned_from(0.0, learned) > learned_from(0.0, None) - 0.02
    assert learned.confusion("canal").diagonal().min() > 0.9
