"""The algebra of grade sets, as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.errors import VocabularyError
from deepspine.data.findings import FINDINGS, Finding
from deepspine.data.grade_sets import GradeSet, intersection, union

findings = st.sampled_from(list(FINDINGS.values()))
CANAL = FINDINGS["canal_stenosis"]


def sets_of(finding: Finding) -> st.SearchStrategy[GradeSet]:
    return st.integers(0, 2 ** len(finding.scale) - 1).map(lambda bits: GradeSet(finding, bits))


triples = findings.flatmap(lambda finding: st.tuples(*[sets_of(finding)] * 3))


@given(triples)
def test_union_and_intersection_form_a_boolean_algebra(sets: tuple[GradeSet, GradeSet, GradeSet]) -> None:
    a, b, c = sets
    everything, nothing = GradeSet.unknown(a.finding), GradeSet.empty(a.finding)
    assert a | b == b | a
    assert a & b == b & a
    assert a | (b | c) == (a | b) | c
    assert a & (b & c) == (a & b) & c
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)
    assert a | ~a == everything
    assert a & ~a == nothing
    assert ~(a | b) == ~a & ~b
    assert a - b == a & ~b


@given(triples)
def test_intersection_adds_knowledge_and_union_gives_it_up(sets: tuple[GradeSet, GradeSet, GradeSet]) -> None:
    a, b, _ = sets
    assert a & b <= a <= a | b
    assert (a <= b) == (a | b == b) == (a & b == a)
    assert a.compatible(b) == any(a.admits(grade) for grade in b)
    assert set(a | b) == set(a) | set(b)
    assert set(a & b) == set(a) & set(b)


@given(triples)
def test_text_form_reads_back(sets: tuple[GradeSet, GradeSet, GradeSet]) -> None:
    for grades in sets:
        if grades:
            assert GradeSet.parse(grades.finding, str(grades)) == grades
            assert len(grades) == len(list(grades)) == sum(grades.mask)
            assert grades.lowest in grades
            assert grades.highest in grades


@given(
    findings.filter(lambda finding: finding.ordinal).flatmap(lambda f: st.tuples(st.just(f), st.sampled_from(f.scale)))
)
def test_negating_a_grade_excludes_it_and_all_above(pair: tuple[Finding, str]) -> None:
    finding, grade = pair
    left = GradeSet.below(finding, grade)
    assert left == ~GradeSet.at_least(finding, grade)
    assert not left.admits(grade)
    assert len(left) == finding.scale.index(grade)


def test_a_set_is_definite_when_one_grade_is_left() -> None:
    assert GradeSet.parse(CANAL, "mild").is_definite
    assert not GradeSet.parse(CANAL, "mild|moderate").is_definite
    assert not GradeSet.empty(CANAL).is_definite
    assert GradeSet.unknown(CANAL).is_unknown


def test_present_is_every_grade_above_none() -> None:
    assert str(GradeSet.present(CANAL)) == "mild|moderate|severe"
    assert GradeSet.present(FINDINGS["pfirrmann"]).is_unknown


def test_union_and_intersection_of_many() -> None:
    sets = [GradeSet.parse(CANAL, text) for text in ("mild|moderate", "moderate|severe")]
    assert str(intersection(sets)) == "moderate"
    assert str(union(sets)) == "mild|moderate|severe"


@pytest.mark.parametrize("text", ["", "mild|", "Mild", "mild,moderate", "mild|mild", "type1"])
def test_malformed_text_is_refused_with_the_scale(text: str) -> None:
    with pytest.raises(VocabularyError, match="canal_stenosis"):
        GradeSet.parse(CANAL, text)


def test_sets_of_two_findings_do_not_mix() -> None:
    with pytest.raises(VocabularyError, match="canal_stenosis and bulge"):
        GradeSet.unknown(CANAL) & GradeSet.unknown(FINDINGS["bulge"])


def test_order_needs_an_ordinal_scale() -> None:
    with pytest.raises(VocabularyError, match="modic is nominal"):
        GradeSet.below(FINDINGS["modic"], "type2")


def test_an_empty_set_has_no_lowest_grade() -> None:
    with pytest.raises(VocabularyError, match="empty"):
        _ = GradeSet.empty(CANAL).lowest
