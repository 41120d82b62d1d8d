"""What the network promises whatever its weights: sides swap with the picture, what is missing is not looked at."""

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from deepspine.data.errors import ConfigError
from deepspine.data.findings import CORE_FINDINGS, FINDINGS, Finding
from deepspine.grading.heads import CumulativeLinkHead, findings_of, target_name, targets_of
from deepspine.grading.inputs import Augmentation, LevelBatch, StudyDataset, augmented, branches_alone, dropped
from deepspine.grading.network import GradingNetwork

PER_LEVEL = ("sagittal", "axial", "present", "level", "study")
FEW = (FINDINGS["canal_stenosis"], FINDINGS["foraminal_stenosis"], FINDINGS["modic"])


def batch(n: int = 3, *, seed: int = 0) -> LevelBatch:
    generator = torch.Generator().manual_seed(seed)
    return LevelBatch(
        sagittal=torch.randn(n, 2, 5, 32, 32, generator=generator),
        axial=torch.randn(n, 1, 2, 32, 32, generator=generator),
        present=torch.ones(n, 3, dtype=torch.bool),
        level=torch.full((n,), 10),
        allowed={},
    )


def network(findings: Sequence[Finding] = FEW, **options: object) -> GradingNetwork:
    torch.manual_seed(1)
    return GradingNetwork(findings, width=32, **options).eval()  # type: ignore[arg-type]


def mirrored(level: LevelBatch) -> LevelBatch:
    return level._replace(sagittal=level.sagittal.flip(2), axial=level.axial.flip(-1))


@pytest.mark.parametrize("options", [{}, {"ordinal": True}, {"compare": True}], ids=str)
def test_mirroring_the_patient_swaps_left_and_right_and_nothing_else(options: dict[str, bool]) -> None:
    net = network(**options)
    as_is, turned = net(batch()), net(mirrored(batch()))
    assert torch.allclose(turned["foraminal_stenosis/left"], as_is["foraminal_stenosis/right"], atol=1e-5)
    assert torch.allclose(turned["foraminal_stenosis/right"], as_is["foraminal_stenosis/left"], atol=1e-5)
    assert torch.allclose(turned["canal_stenosis"], as_is["canal_stenosis"], atol=1e-5)
    assert not torch.allclose(as_is["foraminal_stenosis/left"], as_is["foraminal_stenosis/right"], atol=1e-5)


def test_a_side_embedding_lets_sides_differ() -> None:
    net = network(side_embedding=True)
    symmetric = batch()
    symmetric = symmetric._replace(
        sagittal=symmetric.sagittal + symmetric.sagittal.flip(2), axial=symmetric.axial + symmetric.axial.flip(-1)
    )
    scores = net(symmetric)
    assert not torch.allclose(scores["foraminal_stenosis/left"], scores["foraminal_stenosis/right"], atol=1e-5)


def study_batch(studies: Sequence[int], levels: Sequence[int]) -> LevelBatch:
    """Return levels of several studies."""
    return batch(len(studies))._replace(study=torch.tensor(studies), level=torch.tensor(levels))


@pytest.mark.parametrize(("n_levels", "n_studies"), [(1, 1), (5, 1), (8, 2), (20, 4)])
def test_a_batch_of_whole_studies_has_about_as_many_levels_as_asked(n_levels: int, n_studies: int) -> None:
    studies = StudyDataset([*range(10)], ["one"] * 5 + ["other"] * 5)
    assert studies.studies_of(n_levels) == n_studies


def test_a_network_that_compares_sees_a_level_beside_its_own_study_alone() -> None:
    net = network(compare=True)
    whole = study_batch([0, 1, 0, 0, 1], [10, 10, 9, 12, 11])
    scores = net(whole)["canal_stenosis"]
    rows = [0, 2, 3]
    own = net(whole._replace(**{name: getattr(whole, name)[rows] for name in PER_LEVEL}))["canal_stenosis"]
    assert torch.allclose(scores[rows], own, atol=1e-5)
    changed = whole.sagittal.clone()
    changed[2] += 1.0
    moved = (net(whole._replace(sagittal=changed))["canal_stenosis"] - scores).abs().amax(dim=1) > 1e-4
    assert moved.tolist() == [True, False, True, True, False]


def test_which_level_lies_above_and_which_below_is_told_apart() -> None:
    net = network(compare=True)
    before = study_batch([0, 0, 0], [9, 10, 11])
    turned = before._replace(level=torch.tensor([11, 10, 9]))
    assert not torch.allclose(net(before)["canal_stenosis"][1], net(turned)["canal_stenosis"][1], atol=1e-5)


def test_levels_without_a_study_are_each_alone() -> None:
    net = network(compare=True)
    alone = torch.cat([net(batch()._replace(**{name: getattr(batch(), name)[[i]] for name in PER_LEVEL[:4]}))["modic"]
                       for i in range(3)])  # fmt: skip
    assert torch.allclose(net(batch())["modic"], alone, atol=1e-5)


def test_what_a_missing_input_holds_changes_nothing() -> None:
    net = network()
    without = batch()._replace(present=torch.tensor([[True, True, False]] * 3))
    other = without._replace(axial=torch.full_like(without.axial, 7.0))
    for name, scores in net(without).items():
        assert torch.equal(scores, net(other)[name])


def test_a_level_without_any_input_still_gets_an_answer() -> None:
    for scores in network()(batch()._replace(present=torch.zeros(3, 3, dtype=torch.bool))).values():
        assert torch.isfinite(scores).all()


def test_every_core_finding_and_side_has_scores_on_its_own_scale() -> None:
    scores = network(CORE_FINDINGS)(batch())
    assert set(scores) == {target_name(target) for target in targets_of(CORE_FINDINGS)}
    assert len(scores) == 14
    for finding, side in targets_of(CORE_FINDINGS):
        assert scores[target_name((finding, side))].shape == (3, len(FINDINGS[finding].scale))


def test_a_timm_backbone_can_take_the_place_of_our_encoder() -> None:
    assert network(encoder="resnet10t")(batch())["canal_stenosis"].shape == (3, 4)


@given(st.integers(3, 7), st.integers(0, 10_000))
def test_the_cumulative_link_gives_probabilities(n_grades: int, seed: int) -> None:
    torch.manual_seed(seed)
    head = CumulativeLinkHead(8, n_grades)
    total: Tensor = head(torch.randn(5, 8) * 5).exp().sum(-1)
    assert torch.allclose(total, torch.ones(5), atol=1e-4)


def test_findings_whose_grades_name_sides_are_refused() -> None:
    with pytest.raises(ConfigError, match="herniation_zone"):
        findings_of(["bulge", "herniation_zone"])
    assert findings_of(None) == CORE_FINDINGS


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_modality_dropout_never_takes_the_last_input_nor_invents_one(seed: int, probability: float) -> None:
    torch.manual_seed(seed)
    present = torch.rand(20, 3) < 0.6
    left = dropped(present, probability)
    assert (left <= present).all()
    assert (left.any(1) == present.any(1)).all()


def test_each_branch_is_asked_alone_where_a_level_has_both() -> None:
    sets = torch.tensor([[True, False], [True, False], [False, True]])
    levels = batch()._replace(allowed={"modic": sets}, present=torch.tensor([[1, 1, 1], [1, 0, 0], [0, 1, 1]]).bool())
    sagittal, axial = branches_alone(levels)
    for view in (sagittal, axial):
        assert view.allowed["modic"].tolist() == [[True, False], [True, True], [False, True]]
    assert sagittal.present.int().tolist() == [[1, 1, 0], [1, 0, 0], [0, 1, 0]]
    assert axial.present.int().tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 1]]
    assert branches_alone(levels._replace(present=levels.present & torch.tensor([True, True, False]))) == []


def test_what_a_branch_answers_alone_is_what_the_network_says_without_the_other() -> None:
    net = network()
    encoded = net.encode(batch())
    for view in branches_alone(batch()):
        alone, given = net.answer(view, encoded), net(view)
        assert all(torch.allclose(alone[name], given[name], atol=1e-6) for name in given)


def test_augmentation_leaves_labels_alone_and_takes_t1_and_t2_the_same_way() -> None:
    torch.manual_seed(0)
    same = batch()._replace(sagittal=batch().sagittal[:, :1].repeat(1, 2, 1, 1, 1))
    changed = augmented(same, Augmentation(gain=0, offset=0, noise=0, drop_input=0))
    assert torch.allclose(changed.sagittal[:, 0], changed.sagittal[:, 1], atol=1e-6)
    assert not torch.allclose(changed.sagittal, same.sagittal, atol=1e-3)
    still = augmented(same, Augmentation(0, 0, 0, 0, 0, 0, 0))
    assert torch.allclose(still.sagittal, same.sagittal, atol=1e-4)


def test_a_turn_keeps_distances_on_crops_that_are_not_square() -> None:
    """Two marks 40 pixels apart along the rows of a crop of 40 x 80 pixels, its slices turned at random."""
    torch.manual_seed(1)
    crops = torch.zeros(16, 1, 1, 40, 80)
    for column in (20, 60):
        crops[..., 18:23, column - 2 : column + 3] = 1.0
    turned = augmented(
        batch()._replace(
            sagittal=crops.repeat(1, 2, 1, 1, 1), present=torch.tensor([[True, True, False]]).repeat(16, 1)
        ),
        Augmentation(rotation_deg=25, shift=0, scale=0, gain=0, offset=0, noise=0, drop_input=0),
    ).sagittal[:, 0, 0]
    columns, rows = torch.arange(80.0), torch.arange(40.0)[:, None]
    apart = []
    for picture in turned:
        halves = [picture * (columns < 39.5), picture * (columns > 39.5)]
        places = [torch.stack([(one * axis).sum() / one.sum() for axis in (rows, columns)]) for one in halves]
        apart.append(float((places[1] - places[0]).norm()))
    assert apart == pytest.approx([40.0] * 16, abs=0.7)
