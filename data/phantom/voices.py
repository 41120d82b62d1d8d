"""How different reporters name things: the words of the grammar, as data.

Every word means, by `docs/labels.md`, exactly the grade that it stands for; ungraded and half-graded words are made in
`phrases`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Words = tuple[str, ...]


@dataclass(frozen=True)
class Voice:
    """Vocabulary of one school of reporting.

    Attributes
    ----------
    degrees
        Words for mild, moderate and severe.
    nouns
        Words for each finding, without side and degree.
    level_form
        How the two vertebrae of a level are written: `{upper}`, `{lower}` and `{short}` (5 of L5, S1 of S1).
    both, left, right
        Words for sides.
    half
        How two neighbouring degrees are joined.
    modic
        Words for the three types.
    forward, backward
        Words for slips; `{grade}` is a Roman or Arabic number, `{above}` and `{below}` are vertebrae.
    misspellings
        Words that this reporter may mistype, with the typo.
    """

    degrees: Mapping[str, Words]
    nouns: Mapping[str, Words]
    level_form: str = "{upper}-{lower}"
    both: str = "bilateral"
    left: str = "left"
    right: str = "right"
    half: str = " to "
    modic: Mapping[str, Words] = field(
        default_factory=lambda: {
            "type1": ("Modic type 1 endplate changes", "Modic type I changes"),
            "type2": ("Modic type 2 endplate changes", "Modic type II changes"),
            "type3": ("Modic type 3 endplate changes", "Modic type III changes"),
        }
    )
    forward: Words = ("grade {grade} anterolisthesis of {above} on {below}",)
    backward: Words = ("retrolisthesis of {above} on {below}",)
    misspellings: Mapping[str, str] = field(default_factory=dict)


AMERICAN = Voice(
    degrees={"mild": ("mild", "mild", "minimal"), "moderate": ("moderate",), "severe": ("severe", "severe", "marked")},
    nouns={
        "canal_stenosis": ("canal stenosis", "central canal stenosis", "spinal canal narrowing"),
        "foraminal_stenosis": ("foraminal stenosis", "neural foraminal narrowing", "foraminal narrowing"),
        "subarticular_stenosis": (
            "lateral recess stenosis",
            "subarticular recess narrowing",
            "lateral recess narrowing",
        ),
        "bulge": ("disc bulge", "diffuse disc bulge", "broad-based disc bulge"),
        "degeneration": ("disc desiccation", "disc degeneration"),
        "disc_height_loss": ("loss of disc height", "disc height loss"),
        "facet_arthropathy": ("facet arthropathy",),
        "ligamentum_flavum_hypertrophy": ("ligamentum flavum hypertrophy", "ligamentum flavum thickening"),
        "root": ("nerve root",),
        "sac": ("thecal sac",),
    },
)

AMERICAN_SHORT = Voice(degrees=AMERICAN.degrees, nouns=AMERICAN.nouns, level_form="{upper}-{short}", half="-")

BRITISH = Voice(
    degrees={"mild": ("mild", "slight", "minor"), "moderate": ("moderate",), "severe": ("severe", "marked")},
    nouns={
        "canal_stenosis": ("central canal stenosis", "spinal canal stenosis", "narrowing of the spinal canal"),
        "foraminal_stenosis": ("exit foraminal narrowing", "exit foraminal stenosis"),
        "subarticular_stenosis": ("lateral recess narrowing", "lateral recess stenosis"),
        "bulge": ("disc bulge", "annular bulge", "posterior disc bulge"),
        "degeneration": ("disc dehydration", "disc desiccation"),
        "disc_height_loss": ("disc space narrowing", "loss of disc height"),
        "facet_arthropathy": ("facet joint arthropathy", "facet arthropathy"),
        "ligamentum_flavum_hypertrophy": ("ligamentum flavum thickening",),
        "root": ("nerve root",),
        "sac": ("thecal sac",),
    },
    level_form="{upper}/{short}",
    forward=(
        "grade {grade} spondylolisthesis of {above} on {below}",
        "grade {grade} anterolisthesis of {above} on {below}",
    ),
)

GERMAN = Voice(
    degrees={"mild": ("low-grade", "slight"), "moderate": ("moderate",), "severe": ("high-grade", "pronounced")},
    nouns={
        "canal_stenosis": ("spinal canal stenosis",),
        "foraminal_stenosis": ("neuroforaminal stenosis", "narrowing of the neural foramen"),
        "subarticular_stenosis": ("recessal stenosis of the lateral recess", "narrowing of the lateral recess"),
        "bulge": ("disc bulging", "bulging of the disc"),
        "degeneration": ("dehydration of the disc", "disc degeneration"),
        "disc_height_loss": ("height reduction of the disc space",),
        "facet_arthropathy": ("facet joint arthrosis", "spondylarthrosis of the facet joints"),
        "ligamentum_flavum_hypertrophy": ("hypertrophy of the ligamenta flava",),
        "root": ("nerve root",),
        "sac": ("dural sac",),
    },
    level_form="{upper}/{short}",
    left="left-sided",
    right="right-sided",
    modic={
        "type1": ("Modic I endplate changes",),
        "type2": ("Modic II endplate changes",),
        "type3": ("Modic III endplate changes",),
    },
    forward=("anterolisthesis grade {grade} according to Meyerding of {above} over {below}",),
    backward=("retrolisthesis of {above} over {below}",),
)

TELEGRAPHIC = Voice(
    degrees={"mild": ("mild", "min"), "moderate": ("mod", "moderate"), "severe": ("severe", "sev")},
    nouns={
        "canal_stenosis": ("central stenosis", "canal stenosis", "canal narrowing"),
        "foraminal_stenosis": ("foraminal narrowing", "NF narrowing", "foraminal stenosis"),
        "subarticular_stenosis": ("lat recess narrowing", "lateral recess stenosis"),
        "bulge": ("disc bulge", "disk bulge", "bulge"),
        "degeneration": ("desiccation", "disc desiccation"),
        "disc_height_loss": ("loss of disc ht", "disc height loss"),
        "facet_arthropathy": ("facet arthropathy",),
        "ligamentum_flavum_hypertrophy": ("lig flavum hypertrophy",),
        "root": ("root", "nerve root"),
        "sac": ("thecal sac",),
    },
    level_form="{upper}-{short}",
    both="b/l",
    left="Lt",
    right="Rt",
    half="-",
    forward=("gr {grade} anterolisthesis {above} on {below}",),
    backward=("retrolisthesis {above} on {below}",),
    misspellings={
        "stenosis": "stensois",
        "foraminal": "foramnial",
        "narrowing": "narowing",
        "moderate": "moderte",
        "bulge": "buldge",
        "lateral": "latral",
        "desiccation": "dessication",
        "arthropathy": "arthopathy",
        "protrusion": "protusion",
    },
)
