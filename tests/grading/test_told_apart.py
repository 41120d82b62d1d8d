"""Grades that labels never parted are one answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.errors import VocabularyError
from deepspine.data.findings import FINDINGS, get_finding
from deepspine.data.grade_sets import GradeSet
from deepspine.grading.told_apart import ToldApart

BULGE = get_finding("bulge")


def test_a_presence_leaves_its_degrees_together_and_one_label_parts_them() -> None:
    presence = [GradeSet.of(BULGE, "none"), GradeSet.present(BULGE)]
    told = ToldApart.by_labels(BULGE, presence)
    assert [str(group) for group in told.groups] == ["none", "mild|moderate|severe"]
    finer = ToldApart.by_labels(BULGE, [*presence, GradeSet.of(BULGE, "severe")])
    assert [str(group) for group in finer.groups] == ["none", "mild|moderate", "severe"]


@pytest.mark.parametrize(
    ("taught", "groups"),
    [
        (["none", "type2", "type3"], ["none", "type1|type2", "type3"]),
        (["none", "type1"], ["none", "type1|type2|type3"]),
        (["none"], ["none|type1|type2|type3"]),
        ([], ["none|type1|type2|type3"]),
    ],
)
def test_a_grade_that_no_label_had_is_answered_with_its_neighbour(taught: list[str], groups: list[str]) -> None:
    modic = get_finding("modic")
    told = ToldApart.by_labels(modic, [GradeSet.of(modic, grade) for grade in taught])
    assert [str(group) for group in told.groups] == groups


def test_the_likelier_group_wins_though_none_of_its_grades_does() -> None:
    told = ToldApart.parse(BULGE, ["none", "mild|moderate|severe"])
    assert str(told.answer(np.array([0.4, 0.2, 0.2, 0.2]))) == "mild|moderate|severe"
    assert str(ToldApart.every_grade(BULGE).answer(np.array([0.4, 0.2, 0.2, 0.2]))) == "none"


@given(st.data())
def test_groups_part_the_scale_and_sums_come_back(data: st.DataObject) -> None:
    finding = data.draw(st.sampled_from([one for one in FINDINGS.values() if len(one.scale) > 1]))
    bits = data.draw(st.lists(st.integers(1, 2 ** len(finding.scale) - 1), max_size=6))
    labels = [GradeSet(finding, one) for one in bits]
    told = ToldApart.by_labels(finding, labels)
    assert sum(map(len, told.groups)) == len(finding.scale)
    seen = told.union(labels)
    for group in told.groups:
        for label in labels:
            assert group & seen <= label or not group & label
    rng = np.random.default_rng(len(bits))
    probabilities = rng.dirichlet(np.ones(len(finding.scale)), size=3)
    shares = told.summed(probabilities)
    assert np.allclose(told.summed(told.spread(shares)), shares)
    assert np.allclose(told.spread(shares).sum(axis=1), 1)


@pytest.mark.parametrize("texts", [["none", "mild"], ["none", "none|mild|moderate|severe"], []])
def test_groups_that_overlap_or_leave_a_grade_out_are_refused(texts: list[str]) -> None:
    with pytest.raises(VocabularyError, match="whole scale"):
        ToldApart.parse(BULGE, texts)
