"""Which site is narrowed or touched: canal, foramen, recess, sac, root; all texts are invented."""

import pytest
from tests.labeling.conftest import PRESENT, at_l45, labels_of, told


def test_a_measured_sac_before_a_stenosis_is_not_narrowed() -> None:
    assert labels_of("L4-5: The thecal sac measures 7 mm AP, severe central stenosis.") == {
        "L4-L5 canal_stenosis": "severe"
    }


@pytest.mark.parametrize("text", [
    "The AP dimension of the thecal sac measures 8 mm, consistent with moderate stenosis.",
    "The thecal sac measures 8 mm in AP dimension, indicating moderate stenosis.",
    "The thecal sac measures 8 mm in AP diameter (moderate stenosis).",
])  # fmt: skip
def test_a_stenosis_behind_a_measured_sac_is_the_canal_s(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 canal_stenosis": "moderate"}


@pytest.mark.parametrize("text", [
    "L5-S1: Spurs extend into the left neural foramen, resulting in severe stenosis.",
    "L5-S1: Osteophytes encroach on the left foramen, which is severely narrowed.",
    "Osteophytes encroach on the left L5-S1 foramen, which is severely narrowed.",
    "Spurs extend into the left L5-S1 foramen and cause severe stenosis.",
    "L5-S1: Encroachment on the left foramen with severe stenosis.",
])  # fmt: skip
def test_a_stenosis_behind_a_foramen_that_is_entered_is_that_foramen_s(text: str) -> None:
    assert labels_of(text) == {"L5-S1 foraminal_stenosis left": "severe"}


def test_a_stenosis_behind_a_recess_or_foramen_may_be_of_another_site() -> None:
    text = "L4-5: Protrusion fills the left lateral recess, with severe narrowing."
    assert told(text, "subarticular_stenosis") == {"L4-L5 left": "severe"}
    text = "L4-5: Bulge encroaching on the left foramen, with moderate canal stenosis."
    assert labels_of(text)["L4-L5 canal_stenosis"] == "moderate"
    assert labels_of(text)["L4-L5 foraminal_stenosis left"] == PRESENT
    assert told("L4-5: Bulge indents the thecal sac, with mild stenosis.", "canal_stenosis") == {"L4-L5": "mild"}


@pytest.mark.parametrize("place", [
    "in the lateral recess", "at the level of the lateral recess", "beyond the foramen", "lateral to the foramen",
    "outside the left foramen",
])  # fmt: skip
def test_where_a_root_is_compressed_is_not_narrowed(place: str) -> None:
    assert labels_of(f"L4-5: Bulge compressing the left L4 nerve root {place}.") == {
        "L4-L5 bulge": PRESENT, "L4-L5 nerve_root left": "compression",
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Nerve root compression is not definitely seen.",
    "Compression of the nerve roots is not convincingly demonstrated.",
    "Root compression could not be detected.",
    "Root compression is unlikely.",
    "The bulge is not likely to compress the roots.",
])  # fmt: skip
def test_doubted_compression_leaves_contact_and_displacement(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", "none|contact|displacement")


@pytest.mark.parametrize("text", [
    "Canal diameter 12 mm, both neural foramina narrowed.",
    "The spinal canal measures 12 mm and both foramina are narrowed.",
    "Canal 14 mm, foraminal narrowing.",
])  # fmt: skip
def test_a_canal_that_is_only_measured_is_not_narrowed_with_its_neighbour(text: str) -> None:
    assert set(labels_of(f"L4-5: {text}")) == {"L4-L5 foraminal_stenosis left", "L4-L5 foraminal_stenosis right"}


@pytest.mark.parametrize("text", ["The canal measures 8 mm and is narrowed.", "Canal 8 mm, narrowed."])
def test_a_measured_canal_may_be_narrowed_itself(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 canal_stenosis": PRESENT}


@pytest.mark.parametrize("text", [
    "Left lateral reces narrowing.",
    "The left lateral reces is narrowed.",
    "Narrowing of the left recces.",
])  # fmt: skip
def test_a_recess_may_be_misspelt(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {"L4-L5 subarticular_stenosis left": PRESENT}


def test_a_narrowing_of_something_unknown_on_one_side_is_not_the_canals() -> None:
    assert labels_of("L4-5: Left pedicular narrowing.") == {}
    assert labels_of("L4-5: Moderate acquired stenosis.") == {"L4-L5 canal_stenosis": "moderate"}


@pytest.mark.parametrize(("text", "grades"), [
    ("Disc bulge with mild thecal indentation.", "indentation"),
    ("No thecal indentation.", "none|contact"),
    ("The thecal sac is not compromised.", "none|contact"),
    ("Thecal sac not compromised.", "none|contact"),
])  # fmt: skip
def test_thecal_words_are_of_the_sac_with_and_without_a_copula(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "thecal_sac") == {"L4-L5": grades}


@pytest.mark.parametrize("text", [
    "The exiting nerves are not compromised.",
    "Exiting nerves not compromised.",
    "Nerve roots uncompromised.",
    "No neural compromise.",
])  # fmt: skip
def test_roots_that_are_not_compromised_are_not_compressed(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", "none|contact|displacement")


@pytest.mark.parametrize(("text", "grades"), [
    ("Disc bulge with neural contact.", "contact"),
    ("No neural contact.", "none"),
    ("Neural displacement.", "displacement"),
    ("No neural impingement.", "none|contact|displacement"),
    ("Prolapse with radicular compression.", "compression"),
    ("No NR compression.", "none|contact|displacement"),
    ("Abutting both traversing NRs.", "contact"),
])  # fmt: skip
def test_neural_radicular_and_nr_are_the_nerve_roots(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", grades)


@pytest.mark.parametrize("text", [
    "The disc comes close to the roots on both sides, without apparent displacement of these roots.",
    "It effaces the thecal sac and lies close to both roots, which do not look displaced.",
    "The bulge comes very close to the nerve roots, which are not displaced.",
])  # fmt: skip
def test_a_disc_close_to_the_roots_says_no_more_than_the_denial(text: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == at_l45("nerve_root", "none|contact")


@pytest.mark.parametrize("text", [
    "The extrusion has reduced in size.",
    "There is reduction in size of the disc extrusion.",
    "Significantly reduced disc extrusion.",
    "The extrusion has diminished since the previous study.",
])  # fmt: skip
def test_a_reduced_lesion_is_there_and_no_reduced_canal(text: str) -> None:
    assert labels_of(f"L5-S1: {text}") == {"L5-S1 herniation": "extrusion"}
    assert told("L5-S1: The canal is moderately reduced in calibre.", "canal_stenosis") == {"L5-S1": "moderate"}


@pytest.mark.parametrize("text", ["No cord compression.", "Protrusion with cord compression."])
def test_a_compressed_cord_is_no_compressed_sac(text: str) -> None:
    assert not told(f"T12-L1: {text}", "thecal_sac")


@pytest.mark.parametrize("text", [
    "Normal spinal marrow signal.", "The spinal muscles are normal.", "Spinal segmentation is normal.",
    "No spinal abnormality.", "The spinal column is unremarkable.", "Normal spinal curvatures.", "No spinal tumour.",
    "Spinal bones: Normal.",
])  # fmt: skip
def test_spinal_before_another_noun_says_nothing_of_the_canal(text: str) -> None:
    assert not labels_of(text)
    assert not labels_of(f"L4-5: {text}")


@pytest.mark.parametrize(("text", "grades"), [
    ("Severe spinal stenosis.", "severe"),
    ("Spinal stenosis is moderate.", "moderate"),
    ("Moderate spinal and mild foraminal stenosis.", "moderate"),
    ("Mild spinal, recess and foraminal narrowing.", "mild"),
    ("Spinal: mild to moderate stenosis.", "mild|moderate"),
    ("No significant spinal compromise.", "none|mild"),
    ("Neither spinal nor foraminal stenosis.", "none"),
    ("The spinal dimensions are mildly reduced.", "mild"),
])  # fmt: skip
def test_spinal_before_a_narrowing_is_short_for_the_canal(text: str, grades: str) -> None:
    assert told(f"L3-4: {text}", "canal_stenosis") == {"L3-L4": grades}


def test_spinal_before_another_site_is_that_site() -> None:
    assert not told("The spinal exit foramina are patent.", "canal_stenosis")
    assert len(told("The spinal exit foramina are patent.", "foraminal_stenosis")) == 10


@pytest.mark.parametrize(("text", "grades"), [
    ("The left foramen is slightly encroached.", {"L4-L5 left": "mild"}),
    ("The foramina are encroached upon by osteophytes.", {"L4-L5 left": PRESENT, "L4-L5 right": PRESENT}),
    ("Osteophytes encroach on the right foramen.", {"L4-L5 right": PRESENT}),
])  # fmt: skip
def test_a_foramen_may_be_encroached_with_and_without_upon(text: str, grades: dict[str, str]) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == grades


def test_a_good_decompression_of_a_canal_leaves_it_wide() -> None:
    assert told("L4-5: Satisfactory decompression of the canal.", "canal_stenosis") == {"L4-L5": "none"}
    assert labels_of("L4-5: Decompression of the canal.") == labels_of("L4-5: Satisfactory decompression.") == {}


@pytest.mark.parametrize(("text", "grades"), [
    ("The bulge comes near to, but does not touch, the left L4 root.", "none"),
    ("The bulge abuts, but does not compress, the left root.", "contact"),
    ("The protrusion approaches, but does not displace, the left root.", "none|contact"),
])  # fmt: skip
def test_an_aside_between_commas_has_the_object_behind_it(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "nerve_root") == {"L4-L5 left": grades}


@pytest.mark.parametrize(
    "scar",
    [
        "Granulation tissue encasing",
        "Epidural fibrosis at L4-5 encases",
        "Scar in the left lateral recess, encasing",
    ],
)
def test_scar_around_a_root_says_nothing_of_contact(scar: str) -> None:
    assert not labels_of(f"L4-5: {scar} the left L5 nerve root.")
    assert told("L4-5: The extrusion encases the left L5 root.", "nerve_root") == {"L4-L5 left": "contact"}


@pytest.mark.parametrize("born", ["congenitally", "developmentally", "constitutionally"])
def test_a_canal_that_was_always_small_has_no_degree_of_its_own(born: str) -> None:
    text = f"Severe acquired stenosis at L3-4 superimposed on a {born} small canal."
    assert told(text, "canal_stenosis") == {"L3-L4": "severe"}
    assert labels_of(f"The canal is {born} small.") == {}


@pytest.mark.parametrize("text", [
    "L3-4: Susceptibility from screws obscures the canal.", "Metal artefact at L5-S1 obscures the left foramen.",
    "L4-5: The nerve roots are in part obscured, with motion obscuring both recesses.",
])  # fmt: skip
def test_what_is_obscured_is_not_seen_and_not_narrowed(text: str) -> None:
    assert not labels_of(text)


def test_behind_what_is_obscured_findings_go_on() -> None:
    text = "L4-5: Hardware obscures the foramina. Moderate canal stenosis."
    assert labels_of(text) == {"L4-L5 canal_stenosis": "moderate"}


@pytest.mark.parametrize("text", [
    "Stenosis of the left foramen and right lateral recess stenosis.",
    "Stenosis of the left foramen, right recess narrowing.",
    "Left foraminal stenosis or narrowing of the right lateral recess.",
])  # fmt: skip
def test_a_second_stenosis_has_a_site_of_its_own(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {
        "L4-L5 foraminal_stenosis left": PRESENT, "L4-L5 subarticular_stenosis right": PRESENT,
    }  # fmt: skip


@pytest.mark.parametrize("text", [
    "Indentation of the sac, central protrusion.", "Indentation of the sac as well as a central disc protrusion.",
])  # fmt: skip
def test_a_zone_behind_an_indented_sac_is_not_the_canal(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == {
        "L4-L5 herniation": "protrusion", "L4-L5 herniation_zone": "central", "L4-L5 thecal_sac": "indentation",
    }  # fmt: skip


def test_furthermore_is_one_word() -> None:
    assert told("L4-5: Bulge. Furthermore severe canal stenosis.", "canal_stenosis") == {"L4-L5": "severe"}


@pytest.mark.parametrize("joint", [" and of the", " and the", ", the", " and", ","])
def test_a_noun_has_an_object_at_each_of_two_levels(joint: str) -> None:
    text = f"There is moderate narrowing of the canal at L3-4{joint} left foramen at L4-5."
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate"}
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate"}


def test_a_noun_has_an_object_at_each_of_three_levels() -> None:
    text = "Mild narrowing of the canal at L3-4, left recess at L4-5 and right foramen at L5-S1."
    assert told(text, "canal_stenosis") == {"L3-L4": "mild"}
    assert told(text, "subarticular_stenosis") == {"L4-L5 left": "mild"}
    assert told(text, "foraminal_stenosis") == {"L5-S1 right": "mild"}


@pytest.mark.parametrize("noun", ["narrowing", "stenosis"])
@pytest.mark.parametrize(
    "levels", ["left L4-5 and right L5-S1", "left L4-5 and the right L5-S1", "left L4-5, right L5-S1"]
)
def test_levels_share_the_site_behind_the_last(noun: str, levels: str) -> None:
    text = f"There is moderate {noun} of the {levels} foramina."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "moderate", "L5-S1 right": "moderate"}
    assert told(text, "canal_stenosis") == {}


@pytest.mark.parametrize("cause", ["degenerative", "degenerate", "hypertrophic", "arthritic", "osteoarthritic"])
@pytest.mark.parametrize(("narrowing", "finding", "sides"), [
    ("canal stenosis", "canal_stenosis", [""]), ("central spinal stenosis", "canal_stenosis", [""]),
    ("left foraminal narrowing", "foraminal_stenosis", [" left"]),
    ("narrowing of both foramina", "foraminal_stenosis", [" left", " right"]),
    ("lateral recess stenosis", "subarticular_stenosis", [" left", " right"]),
])  # fmt: skip
def test_what_caused_a_narrowing_leaves_it_its_degree(
    narrowing: str, finding: str, sides: list[str], cause: str
) -> None:
    found = labels_of(f"L4-5: Severe {cause} {narrowing}.")
    assert found == {f"L4-L5 {finding}{side}": "severe" for side in sides}


@pytest.mark.parametrize("text", [
    "Severe degenerative facet arthropathy.", "Severe hypertrophic facet arthropathy.",
    "Severe degenerative facet hypertrophy.", "Severe degenerative facet changes.",
])  # fmt: skip
def test_what_caused_an_arthropathy_leaves_it_its_degree(text: str) -> None:
    assert told(f"L4-5: {text}", "facet_arthropathy") == {"L4-L5 left": "severe", "L4-L5 right": "severe"}


def test_hypertrophic_facets_that_narrow_something_are_a_finding() -> None:
    found = labels_of("L4-5: Moderately hypertrophic facets narrowing the left foramen.")
    assert found["L4-L5 facet_arthropathy left"] == "moderate"
    assert found["L4-L5 foraminal_stenosis left"] == PRESENT


@pytest.mark.parametrize(("text", "finding", "grade"), [
    ("Disc material extends into the left L5-S1 foramen, moderately narrowing it.", "foraminal_stenosis", "moderate"),
    ("Osteophytes extend into the left L5-S1 foramen and narrow it severely.", "foraminal_stenosis", "severe"),
    ("A cyst extends into the left lateral recess at L5-S1, severely narrowing it.", "subarticular_stenosis", "severe"),
])  # fmt: skip
def test_it_is_the_opening_that_a_lesion_enters(text: str, finding: str, grade: str) -> None:
    assert told(text, finding) == {"L5-S1 left": grade}
    assert not told(text, "canal_stenosis")


@pytest.mark.parametrize("text", [
    "Mild narrowing is present in the left foramen at L4-5.", "Mild stenosis is seen in the left L4-5 foramen.",
    "Mild narrowing was identified within the left foramen at L4-5.",
    "At L4-5, mild narrowing is found in the left foramen.", "Mild narrowing is most evident in the left L4-5 foramen.",
])  # fmt: skip
def test_a_narrowing_that_is_seen_in_a_place_is_of_it(text: str) -> None:
    assert labels_of(text) == {"L4-L5 foraminal_stenosis left": "mild"}


def test_what_is_denied_of_a_place_where_it_is_not_seen() -> None:
    assert labels_of("No stenosis is seen in the left foramen at L4-5.") == {"L4-L5 foraminal_stenosis left": "none"}


@pytest.mark.parametrize("text", [
    "Mild degeneration is seen in the L4-5 facets.", "Mild degenerative changes are seen in the facet joints at L4-5.",
])  # fmt: skip
def test_degeneration_that_is_seen_in_joints_is_theirs(text: str) -> None:
    assert labels_of(text) == dict.fromkeys([f"L4-L5 facet_arthropathy {side}" for side in ("left", "right")], "mild")


@pytest.mark.parametrize("text", [
    "Severe canal stenosis at L4-5 due to a disc bulge and moderate at L3-4 due to a disc protrusion.",
    "There is severe canal stenosis at L4-5 because of a bulge, and moderate at L3-4 because of a protrusion.",
])  # fmt: skip
def test_a_degree_and_level_behind_a_cause_are_of_the_narrowing(text: str) -> None:
    assert told(text, "canal_stenosis") == {"L3-L4": "moderate", "L4-L5": "severe"}
    assert set(told(text, "bulge")) <= {"L4-L5"}
    assert told(text, "herniation") == {"L3-L4": "protrusion"}


@pytest.mark.parametrize("text", [
    "Canal not assessed, foramina patent.", "Canal obscured, foramina patent.", "Canal not well seen, foramina patent.",
    "The canal cannot be assessed, the foramina are patent.",
])  # fmt: skip
def test_nothing_is_told_of_what_is_not_seen(text: str) -> None:
    assert labels_of(f"L4-5: {text}") == dict.fromkeys(
        ("L4-L5 foraminal_stenosis left", "L4-L5 foraminal_stenosis right"), "none"
    )


def test_a_stenosis_that_is_not_assessed_is_none() -> None:
    assert labels_of("L4-5: Canal stenosis cannot be assessed.") == {}
    assert told("L4-5: Herniation cannot be excluded.", "herniation")["L4-L5"].startswith("none|")


@pytest.mark.parametrize("place", ["in posterior margin", "at the posterior aspect", "along the posterior border"])
def test_the_margin_of_a_disc_is_its_place(place: str) -> None:
    assert labels_of(f"Annular tear {place} of L4-5 disc.") == {"L4-L5 annular_fissure": "present"}


@pytest.mark.parametrize(("text", "grades"), [
    ("The left foramen is not affected.", "none"),
    ("The left foramen is not significantly affected.", "none|mild"),
    ("The left foramen is only mildly affected.", "mild"),
    ("The left foramen is affected by facet hypertrophy.", PRESENT),
])  # fmt: skip
def test_a_foramen_that_is_affected_is_narrow(text: str, grades: str) -> None:
    assert told(f"L4-5: {text}", "foraminal_stenosis") == {"L4-L5 left": grades}
