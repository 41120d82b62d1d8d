"""What has no label beside what has: fractures, lesions of the cord and unknown names take nothing along."""

import itertools

import pytest
from tests.labeling.conftest import PRESENT, labels_of, told

FOREIGN = ("fracture", "epidural haematoma", "conus lesion", "infection", "arachnoiditis", "pars defect")
LABELLED = (
    ("canal stenosis", {"canal_stenosis": PRESENT}),
    ("narrowing of the canal", {"canal_stenosis": PRESENT}),
    ("narrowing of the left foramen", {"foraminal_stenosis left": PRESENT}),
    ("degeneration of the disc", {"degeneration": PRESENT}),
    ("disc bulge", {"bulge": PRESENT}),
)
"""Lesions and what they assert; denied, each is `none`."""

DENIED = (
    "No {foreign} or {lesion}.",
    "No {lesion} or {foreign}.",
    "No {foreign}, no {lesion}.",
    "No {foreign} and no {lesion}.",
    "There is no evidence of {foreign} or {lesion}.",
    "There is no {foreign} and no evidence of {lesion}.",
    "No {foreign} is seen, and there is no {lesion}.",
    "Neither {foreign} nor {lesion}.",
    "There is {foreign} but no {lesion}.",
    "No {lesion} but {foreign}.",
)
ASSERTED = (
    "There is {foreign} and {lesion}.",
    "There is {lesion} with {foreign}.",
    "There is {foreign} as well as {lesion}.",
    "There is {lesion}, {foreign} is seen.",
    "There is no {foreign} but {lesion}.",
    "There is no {foreign}, but there is {lesion}.",
    "There is {lesion} without {foreign}.",
    "No {foreign}; there is {lesion}.",
)


@pytest.mark.parametrize("frame", DENIED)
def test_what_is_denied_beside_something_foreign_is_denied(frame: str) -> None:
    for foreign, (lesion, asserted) in itertools.product(FOREIGN, LABELLED):
        text = f"L4-5: {frame.format(foreign=foreign, lesion=lesion)}"
        assert labels_of(text) == {f"L4-L5 {finding}": "none" for finding in asserted}, text


@pytest.mark.parametrize("frame", ASSERTED)
def test_what_is_asserted_beside_something_foreign_is_asserted(frame: str) -> None:
    for foreign, (lesion, asserted) in itertools.product(FOREIGN, LABELLED):
        text = f"L4-5: {frame.format(foreign=foreign, lesion=lesion)}"
        assert labels_of(text) == {f"L4-L5 {finding}": grades for finding, grades in asserted.items()}, text


@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize("joint", [",", " and", ", and"])
def test_a_degree_ends_the_denial_of_something_foreign(foreign: str, joint: str) -> None:
    text = f"L4-5: No {foreign}{joint} mild narrowing of the canal."
    assert labels_of(text) == {"L4-L5 canal_stenosis": "mild"}


PLACED = ("Posterior fusion", "Status post laminectomy", "Epidural abscess", "Scoliosis", "Compression fracture")
PLACES = ("at L3-4", "from L2 to L4", "at L2-3 and L3-4")


@pytest.mark.parametrize("joint", [" with ", ", with ", " and ", ", ", ", resulting in "])
@pytest.mark.parametrize("place", PLACES)
def test_a_finding_has_its_own_level_and_not_that_of_something_foreign(place: str, joint: str) -> None:
    for foreign in PLACED:
        assert labels_of(f"{foreign} {place}{joint}severe canal stenosis at L4-5.") == {
            "L4-L5 canal_stenosis": "severe"
        }
        text = f"{foreign} {place}{joint}severe canal stenosis at L4-5 and a mild disc bulge at L5-S1."
        assert labels_of(text) == {"L4-L5 canal_stenosis": "severe", "L5-S1 bulge": "mild"}


def test_a_finding_without_a_level_has_that_of_something_foreign() -> None:
    text = "Status post laminectomy at L4-5 with severe canal stenosis and a mild disc bulge."
    assert labels_of(text) == {"L4-L5 canal_stenosis": "severe", "L4-L5 bulge": "mild"}


@pytest.mark.parametrize("text", [
    "The extrusion is no longer seen. At L5-S1 there is a mild bulge.",
    "The previously seen disc extrusion has resolved. At L5-S1 there is a mild bulge.",
])  # fmt: skip
def test_a_lesion_that_is_gone_frees_its_own_level_alone(text: str) -> None:
    assert labels_of(text) == {"L5-S1 bulge": "mild"}


def test_a_lesion_that_is_gone_frees_the_level_that_is_named() -> None:
    assert labels_of("The L5-S1 extrusion has resolved.") == {"L5-S1 herniation": "none"}


@pytest.mark.parametrize("text", [
    "Narrowing of the left foramen: severe.",
    "Degree of left foraminal stenosis: severe.",
    "Degree of narrowing of the left foramen: severe.",
    "Mild facet arthropathy. Stenosis of the left foramen: severe.",
])  # fmt: skip
def test_a_field_is_headed_by_a_noun_with_its_object(text: str) -> None:
    found = {key: grades for key, grades in labels_of(f"L4-5: {text}").items() if "facet" not in key}
    assert found == {"L4-L5 foraminal_stenosis left": "severe"}


@pytest.mark.parametrize("text", [
    "Adjacent segment moderate left foraminal stenosis.",
    "Fusion below with adjacent segment moderate left foraminal stenosis.",
])  # fmt: skip
def test_a_segment_before_a_site_has_no_label(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 foraminal_stenosis left": "moderate"}


@pytest.mark.parametrize(("text", "levels"), [
    ("Disc protrusion at L3-4 and kyphoplasty at L2-3.", {"L3-L4"}),
    ("Disc protrusion at L3-4 and another at L2-3.", {"L2-L3", "L3-L4"}),
    ("Disc protrusion at L3-4, and at L2-3.", {"L2-L3", "L3-L4"}),
])  # fmt: skip
def test_a_lesion_is_not_repeated_at_the_level_of_something_foreign(text: str, levels: set[str]) -> None:
    assert labels_of(text) == {f"{level} herniation": "protrusion" for level in levels}


@pytest.mark.parametrize("text", [
    "Laminectomy defect with no residual stenosis.",
    "Status post fusion without stenosis.",
    "Laminectomy with no canal, recess or foraminal stenosis.",
])  # fmt: skip
def test_an_operation_may_leave_no_stenosis(text: str) -> None:
    free = labels_of(f"L4-5: {text}")
    assert set(free.values()) == {"none"}
    assert {key.split()[1] for key in free} == {"canal_stenosis", "foraminal_stenosis", "subarticular_stenosis"}


def test_a_stenosis_that_something_else_lacks_is_not_the_spine_s() -> None:
    assert not labels_of("L4-5: The aorta is seen with no stenosis.")


def test_german_names_of_vertebral_bodies_are_read() -> None:
    text = "In segment LWK 4/5 circular disc protrusion. In segment LWK5/SWK1 mild bulge."
    assert told(text, "herniation") == {"L4-L5": "protrusion"}
    assert told(text, "bulge") == {"L5-S1": "mild"}
