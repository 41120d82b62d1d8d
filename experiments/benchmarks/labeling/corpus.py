"""Invented whole reports for timing: distinct, about 200 words each, in several styles."""

from __future__ import annotations

import random

WORDS_EACH = 200
_LEVELS = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
_GRADES = ("minimal", "mild", "mild to moderate", "moderate", "moderate to severe", "severe")
_SIDES = ("left", "right", "bilateral")
_ROOTS = {"L1-L2": "L1", "L2-L3": "L2", "L3-L4": "L3", "L4-L5": "L4", "L5-S1": "L5"}
_OPENINGS = (
    "Vertebral body heights and alignment are maintained. Marrow is normal but for a {n} mm haemangioma of L{k}.",
    "There are five lumbar-type vertebrae. Mild levoscoliosis, apex at L{k}. The conus ends at L1 and is normal.",
    "Trace retrolisthesis of L{k} on L{m}. No fracture. Paraspinal muscles show {grade} fatty atrophy.",
    "Alignment is anatomic. There is a {n} mm simple cyst of the left kidney. The cord terminates at L1-L2.",
)
_SENTENCES = (
    "{Grade} disc desiccation with {grade2} loss of height.",
    "{Grade} disc bulge with {grade2} facet arthropathy resulting in {grade3} canal stenosis.",
    "There is a {n} mm {side} foraminal disc protrusion contacting the exiting {root} nerve root.",
    "{Grade} {side} neural foraminal narrowing, without nerve root compression.",
    "No disc herniation. The central canal and neural foramina are patent.",
    "The {side1} lateral recess is {gradely} narrowed and the traversing root is displaced.",
    "No significant central canal stenosis. {Grade} bilateral foraminal narrowing, {side1} worse than the other side.",
    "Disc bulge of {n} mm indents the thecal sac; the foramina are {gradely} narrowed.",
    "There is ligamentum flavum hypertrophy with an annular fissure of {n} mm.",
    "Modic type {t} endplate changes. Facet joints show {grade} arthropathy with a {n} mm effusion.",
)
_HEADERS = ("{level}: ", "At {level}, ", "At the {level} level: ", "{level} - ")


def reports(count: int, *, seed: int = 0) -> list[str]:
    """Return `count` distinct reports; the same seed gives the same ones."""
    chooser = random.Random(seed)
    return [_report(chooser, number) for number in range(count)]


def _report(chooser: random.Random, number: int) -> str:
    parts = [
        f"MRI LUMBAR SPINE WITHOUT CONTRAST\n\nHISTORY: Low back pain for {number + 2} months, rule out stenosis.\n",
        "TECHNIQUE: Sagittal T1, T2 and STIR, axial T2.\n",
        "FINDINGS:",
        _fill(chooser.choice(_OPENINGS), chooser, "L4-L5"),
    ]
    style = chooser.choice(_HEADERS)
    while sum(len(part.split()) for part in parts) < WORDS_EACH - 40:
        for level in _LEVELS:
            told = " ".join(_fill(text, chooser, level) for text in chooser.sample(_SENTENCES, 2))
            parts.append(style.format(level=level) + told)
    parts.append("\nIMPRESSION:")
    for item, level in enumerate(chooser.sample(_LEVELS, 2), start=1):
        parts.append(f"{item}. {level}: {_fill(chooser.choice(_SENTENCES), chooser, level)}")
    return "\n".join(parts)


def _fill(text: str, chooser: random.Random, level: str) -> str:
    grade = chooser.choice(_GRADES)
    k = chooser.randint(1, 4)
    return text.format(
        Grade=grade.capitalize(), grade=grade, grade2=chooser.choice(_GRADES), grade3=chooser.choice(_GRADES),
        gradely=chooser.choice(("mildly", "moderately", "severely")), side=chooser.choice(_SIDES),
        side1=chooser.choice(("left", "right")), root=_ROOTS[level], n=chooser.randint(2, 14), t=chooser.randint(1, 3),
        k=k, m=k + 1,
    )  # fmt: skip
