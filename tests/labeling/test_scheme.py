"""The written scheme (docs/labels.md), sentence by sentence."""

import pytest
from tests.labeling.conftest import labels_of

CASES = [
    # words of degree
    ("L4-5: mild canal stenosis.", {"L4-L5 canal_stenosis": "mild"}),
    ("L4-5: mild to moderate canal stenosis.", {"L4-L5 canal_stenosis": "mild|moderate"}),
    ("L4-5: mild/moderate canal stenosis.", {"L4-L5 canal_stenosis": "mild|moderate"}),
    ("L4-5: moderately severe canal stenosis.", {"L4-L5 canal_stenosis": "moderate|severe"}),
    ("L4-5: canal stenosis.", {"L4-L5 canal_stenosis": "mild|moderate|severe"}),
    ("L4-5: borderline canal narrowing.", {"L4-L5 canal_stenosis": "none|mild"}),
    ("L4-5: considerable canal stenosis.", {"L4-L5 canal_stenosis": "moderate|severe"}),
    ("L4-5: at least moderate canal stenosis.", {"L4-L5 canal_stenosis": "moderate|severe"}),
    ("L4-5: no more than mild canal stenosis.", {"L4-L5 canal_stenosis": "none|mild"}),
    ("L4-5: up to moderate canal stenosis is present.", {"L4-L5 canal_stenosis": "mild|moderate"}),
    ("L4-5: prominent 4 mm broad-based bulge.", {"L4-L5 bulge": "mild|moderate|severe"}),
    # a grade belongs to what it modifies
    ("L4-5: Severe facet arthropathy with mild canal narrowing.", {"L4-L5 canal_stenosis": "mild"}),
    (
        "L4-5: mild canal and moderate bilateral foraminal narrowing.",
        {
            "L4-L5 canal_stenosis": "mild",
            "L4-L5 foraminal_stenosis left": "moderate",
            "L4-L5 foraminal_stenosis right": "moderate",
        },
    ),
    (
        "L4-5: moderate left and mild right foraminal stenosis.",
        {"L4-L5 foraminal_stenosis left": "moderate", "L4-L5 foraminal_stenosis right": "mild"},
    ),
    (
        "L4-5: Foraminal stenosis, severe on the left and moderate on the right.",
        {"L4-L5 foraminal_stenosis left": "severe", "L4-L5 foraminal_stenosis right": "moderate"},
    ),
    (
        "L4-5: The left foramen is patent, the right mildly narrowed.",
        {"L4-L5 foraminal_stenosis left": "none", "L4-L5 foraminal_stenosis right": "mild"},
    ),
    (
        "L4-5: Mild narrowing of the right and moderate narrowing of the left neural foramen.",
        {"L4-L5 foraminal_stenosis left": "moderate", "L4-L5 foraminal_stenosis right": "mild"},
    ),
    (
        "L5-S1: No central, and only mild right foraminal, stenosis.",
        {"L5-S1 canal_stenosis": "none", "L5-S1 foraminal_stenosis right": "mild"},
    ),
    # negation excludes the grade that it names and all above it
    ("L4-5: no canal stenosis.", {"L4-L5 canal_stenosis": "none"}),
    ("L4-5: no severe canal stenosis.", {"L4-L5 canal_stenosis": "none|mild|moderate"}),
    ("L4-5: no significant canal stenosis.", {"L4-L5 canal_stenosis": "none|mild"}),
    ("L4-5: no extrusion.", {"L4-L5 herniation": "none|protrusion"}),
    ("L4-5: no disc protrusion.", {"L4-L5 herniation": "none"}),
    ("L4-5: no large disc herniation.", {"L4-L5 herniation": "none"}),
    ("L4-5: disc degeneration that is not advanced.", {"L4-L5 degeneration": "mild|moderate"}),
    (
        "L4-5: no stenosis.",
        {
            "L4-L5 canal_stenosis": "none",
            "L4-L5 foraminal_stenosis left": "none",
            "L4-L5 foraminal_stenosis right": "none",
            "L4-L5 subarticular_stenosis left": "none",
            "L4-L5 subarticular_stenosis right": "none",
        },
    ),
    ("L4-5: mild bulge but no herniation.", {"L4-L5 bulge": "mild", "L4-L5 herniation": "none"}),
    (
        "L4-5: no herniation with right root compression.",
        {"L4-L5 herniation": "none", "L4-L5 nerve_root right": "none|contact|displacement"},
    ),
    ("L4-5: neither bulge nor herniation.", {"L4-L5 bulge": "none", "L4-L5 herniation": "none"}),
    ("L4-5: canal stenosis is not seen.", {"L4-L5 canal_stenosis": "none"}),
    # hedging
    ("L4-5: possible mild canal stenosis.", {"L4-L5 canal_stenosis": "none|mild"}),
    ("L4-5: mild canal stenosis cannot be excluded.", {"L4-L5 canal_stenosis": "none|mild"}),
    ("L4-5: probable mild canal stenosis.", {"L4-L5 canal_stenosis": "mild"}),
    ("L4-5: ? disc protrusion.", {"L4-L5 herniation": "none|protrusion"}),
    # findings
    ("L4-5: HNP.", {"L4-L5 herniation": "protrusion|extrusion|sequestration"}),
    ("L4-5: disc prolapse.", {"L4-L5 herniation": "protrusion|extrusion"}),
    ("L4-5: contained disc herniation.", {"L4-L5 herniation": "protrusion"}),
    ("L4-5: sequestered fragment.", {"L4-L5 herniation": "sequestration"}),
    ("L4-5: Modic type II changes.", {"L4-L5 modic": "type2"}),
    ("L4-5: mixed Modic type I/II changes.", {"L4-L5 modic": "type1|type2"}),
    ("L4-5: oedematous endplate changes.", {"L4-L5 modic": "type1"}),
    ("Fatty endplate change at the inferior endplate of L4.", {"L4-L5 modic": "type2"}),
    ("Grade I anterolisthesis of L4 on L5.", {"L4-L5 spondylolisthesis": "grade1"}),
    ("3 mm anterolisthesis of L4 on L5.", {"L4-L5 spondylolisthesis": "grade1"}),
    ("Spondylolisthesis of L4 over L5.", {"L4-L5 spondylolisthesis": "grade1|grade2|grade3|grade4"}),
    ("Retrolisthesis of L2 on L3.", {"L2-L3 retrolisthesis": "present"}),
    ("L4-5: moderate disc desiccation.", {"L4-L5 degeneration": "moderate"}),
    ("L4-5: degenerative changes.", {}),
    ("L4-5: loss of disc height.", {}),
    ("L4-5: bulge touches the theca.", {"L4-L5 bulge": "mild|moderate|severe", "L4-L5 thecal_sac": "contact"}),
    (
        "L4-5: compressing the thecal sac and both exit canals.",
        {
            "L4-L5 thecal_sac": "compression",
            "L4-L5 foraminal_stenosis left": "mild|moderate|severe",
            "L4-L5 foraminal_stenosis right": "mild|moderate|severe",
        },
    ),
    (
        "L4-5: left paracentral protrusion compressing the nerve root.",
        {"L4-L5 herniation": "protrusion", "L4-L5 nerve_root left": "compression"},
    ),
    (
        "L5-S1: protrusion contacting but not displacing the left S1 root.",
        {"L5-S1 herniation": "protrusion", "L5-S1 nerve_root left": "contact"},
    ),
    ("L4-5: Canal grade C after Schizas.", {"L4-L5 canal_stenosis": "severe"}),
    (
        "L4-5: Lateral recesses Bartynski 2.",
        {"L4-L5 subarticular_stenosis left": "moderate", "L4-L5 subarticular_stenosis right": "moderate"},
    ),
    # what is not asserted
    ("HISTORY: severe canal stenosis at L4-5.\nFINDINGS:\nL3-4: mild bulge.", {"L3-L4 bulge": "mild"}),
    ("L4-5: The previously described extrusion is no longer seen.", {"L4-L5 herniation": "none"}),
    ("L4-5: canal stenosis has increased from mild to moderate.", {"L4-L5 canal_stenosis": "moderate"}),
    ("L4-5: mild canal stenosis, previously moderate.", {"L4-L5 canal_stenosis": "mild"}),
    ("Consider repeat imaging should severe L4-5 canal stenosis develop.", {}),
    ("C5-6: severe canal stenosis.", {}),
    # levels
    ("Mild bulges at L2-3 through L4-5.", {f"{level} bulge": "mild" for level in ("L2-L3", "L3-L4", "L4-L5")}),
    ("Mild bulges at the lowest two discs.", {"L4-L5 bulge": "mild", "L5-S1 bulge": "mild"}),
    ("Mild bulge at the lumbosacral junction.", {"L5-S1 bulge": "mild"}),
    ("D12/L1 mild bulge.", {"T12-L1 bulge": "mild"}),
    ("Multilevel disc bulges.", {}),
    ("Multilevel mild bulges, most evident at L3-4.", {"L3-L4 bulge": "mild"}),
    ("Severe L4-5 canal stenosis and mild bulge at L5-S1.", {"L4-L5 canal_stenosis": "severe", "L5-S1 bulge": "mild"}),
    (
        "No disc herniation.",
        {f"{level} herniation": "none" for level in ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")},
    ),
    (
        "No disc herniation except a protrusion at L4-5.",
        {"L4-L5 herniation": "protrusion"}
        | {f"{level} herniation": "none" for level in ("L1-L2", "L2-L3", "L3-L4", "L5-S1")},
    ),
    # many mentions
    ("L4-5: disc bulge. Mild bulge.", {"L4-L5 bulge": "mild"}),
    ("FINDINGS: L4-5: moderate to severe canal stenosis.\nIMPRESSION: Severe canal stenosis at L4-5.",
     {"L4-L5 canal_stenosis": "severe"}),
    ("FINDINGS: L4-5: mild canal stenosis.\nIMPRESSION: Moderate canal stenosis at L4-5.",
     {"L4-L5 canal_stenosis": "mild|moderate"}),
    ("L4-5: mild canal stenosis.\nADDENDUM: The canal stenosis at L4-5 is severe.", {"L4-L5 canal_stenosis": "severe"}),
]  # fmt: skip

CORE_ONLY = {
    "facet_arthropathy",
    "disc_height_loss",
    "ligamentum_flavum_hypertrophy",
    "herniation_zone",
    "annular_fissure",
}


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:60] for text, _ in CASES])
def test_a_sentence_gets_the_labels_of_the_scheme(text: str, expected: dict[str, str]) -> None:
    found = {key: grades for key, grades in labels_of(text).items() if key.split()[1] not in CORE_ONLY}
    assert found == expected


def test_a_normal_level_is_none_for_eight_findings() -> None:
    found = labels_of("L1-2: Unremarkable.")
    assert {key.split()[1] for key in found} == {
        "bulge", "herniation", "degeneration", "canal_stenosis", "foraminal_stenosis", "subarticular_stenosis",
        "nerve_root", "thecal_sac",
    }  # fmt: skip
    assert set(found.values()) == {"none"}


def test_facets_and_height_are_labelled_beside_the_core() -> None:
    found = labels_of("L4-5: Severe bilateral facet arthropathy and mild loss of disc height.")
    assert found["L4-L5 facet_arthropathy left"] == "severe"
    assert found["L4-L5 disc_height_loss"] == "mild"


@pytest.mark.parametrize("text", [
    "The posterior wall of L4 protrudes into the canal at L4-5.",
    "L4-5: Metastasis of L4 with the posterior wall bulging into the canal.",
    "L4-5: The ligamentum flavum bulges into the canal.",
    "L4-5: Abscess protruding into the canal.",
    "L4-5: Bulging of the posterior wall of L5.",
    "L4-5: Bulging ligamentum flavum.",
    "L4-5: A synovial cyst protrudes into the canal.",
])  # fmt: skip
def test_what_bulges_and_is_no_disc_is_no_bulge_or_herniation(text: str) -> None:
    found = labels_of(text)
    assert "L4-L5 bulge" not in found
    assert "L4-L5 herniation" not in found


@pytest.mark.parametrize("text", [
    "L4-5: Thick ligamentum flavum and bulging of the disc.",
    "L4-5: Facet joint cyst. Bulging.",
    "L4-5: There is a tumour and a bulging disc.",
    "L4-5: The disc bulges into the canal.",
])  # fmt: skip
def test_a_disc_that_bulges_beside_something_else_is_a_bulge(text: str) -> None:
    assert labels_of(text)["L4-L5 bulge"] == "mild|moderate|severe"
