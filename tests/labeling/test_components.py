"""The spaCy pipeline: each component alone, and the whole beside the batch path."""

import pytest

from deepspine.experiments.benchmarks.labeling.corpus import reports
from deepspine.labeling.components import COMPONENTS, build_nlp
from deepspine.labeling.pipeline import Labeler

TEXT = "HISTORY: rule out stenosis.\n\nFINDINGS: L4-5: Mild to moderate bulge. No canal stenosis."


@pytest.fixture(scope="module")
def nlp():
    return build_nlp()


def run_until(nlp, name: str):
    doc = nlp.make_doc(TEXT)
    for component in COMPONENTS[: COMPONENTS.index(name) + 1]:
        doc = nlp.get_pipe(component)(doc)
    return doc._.deepspine, doc


def test_the_document_keeps_the_text_to_the_character(nlp) -> None:
    for text in [*reports(3), "a  b\n\n c<br/>d ", " ", "L4–5: bulge"]:
        assert nlp.make_doc(text).text == text


def test_sections_name_what_is_history(nlp) -> None:
    analysis, _ = run_until(nlp, "deepspine_sections")
    assert [section for _, _, section in analysis.sections] == ["skip", "findings", "findings"]


def test_levels_stand_as_spans(nlp) -> None:
    _, doc = run_until(nlp, "deepspine_levels")
    assert [span.text for span in doc.spans["levels"]] == ["L4-5"]


def test_mentions_carry_their_rule(nlp) -> None:
    _, doc = run_until(nlp, "deepspine_mentions")
    assert ("bulge", "bulge.noun") in {(span.text, span._.rule) for span in doc.spans["mentions"]}


def test_assertion_joins_a_range_of_grades(nlp) -> None:
    analysis, _ = run_until(nlp, "deepspine_assertion")
    grades = [m.bits for sentence in analysis.asserted for m in sentence if m.kind == "grade"]
    assert grades == [6]


def test_attachment_gives_statements(nlp) -> None:
    analysis, _ = run_until(nlp, "deepspine_attachment")
    assert [(s.finding, s.certainty) for s in analysis.reading.statements] == [
        ("bulge", "asserted"),
        ("canal_stenosis", "negated"),
    ]


def test_the_pipeline_gives_the_labels_of_the_batch_path(nlp, labeler: Labeler) -> None:
    for text in reports(10, seed=3):
        found = {key: label.bits for key, label in nlp(text)._.deepspine.labels.items()}
        assert found == {key: label.bits for key, label in labeler.raw(text).items()}
