"""The same grades, drawn at random, in every layout that templates and structured dictation use: all come back."""

import random
from collections.abc import Callable

import pytest

from deepspine.labeling.tables import label_texts

LEVELS = ("L2-L3", "L3-L4", "L4-L5", "L5-S1")
GRADES = ("none", "mild", "moderate", "severe")
SITES = {
    "canal_stenosis": ("Canal", "Central canal", "Spinal canal", "Central canal stenosis", "Canal stenosis"),
    "foraminal_stenosis": ("Foramina", "Neural foramina", "Foraminal narrowing", "Neural foraminal narrowing"),
    "subarticular_stenosis": ("Lateral recesses", "Lateral recess stenosis", "Subarticular stenosis"),
}
PAIRS = (
    "left {0}, right {1}", "right {1}, left {0}", "{0} on the left, {1} on the right", "Lt {0}, Rt {1}", "R {1}, L {0}",
)  # fmt: skip
Study = dict[tuple[str, str], tuple[str, ...]]


def drawn(source: random.Random) -> Study:
    """Draw one grade of the canal, two of foramina and recesses, for every level."""
    return {
        (level, site): tuple(source.choice(GRADES) for _ in range(1 if site == "canal_stenosis" else 2))
        for level in LEVELS
        for site in SITES
    }


def said(grades: tuple[str, ...], source: random.Random) -> str:
    if len(grades) == 1:
        return grades[0]
    if grades[0] == grades[1] and grades[0] != "none" and source.random() < 0.5:
        return source.choice(("bilateral {0}", "{0} bilaterally", "{0}")).format(grades[0])
    return source.choice(PAIRS).format(*grades)


def spelt(level: str, source: random.Random) -> str:
    return source.choice((level, level.replace("-L", "-"), level.replace("-", "/")))


def by_level(between: str, end: str, heading: str, level_heading: str) -> Callable[[Study, random.Random], str]:
    def write(study: Study, source: random.Random) -> str:
        names = {site: source.choice(SITES[site]) for site in SITES}
        return end.join(
            spelt(level, source)
            + level_heading
            + between.join(names[site] + heading + said(study[level, site], source) for site in SITES)
            + "."
            for level in LEVELS
        )

    return write


def by_site(between: str, end: str, heading: str, level_heading: str) -> Callable[[Study, random.Random], str]:
    def write(study: Study, source: random.Random) -> str:
        return end.join(
            source.choice(SITES[site])
            + heading
            + between.join(spelt(level, source) + level_heading + said(study[level, site], source) for level in LEVELS)
            + "."
            for site in SITES
        )

    return write


def table(gap: str) -> Callable[[Study, random.Random], str]:
    def write(study: Study, source: random.Random) -> str:
        rows = [["Level", "Central canal", "Foramina", "Lateral recesses"]]
        rows += [[level, *(said(study[level, site], source) for site in SITES)] for level in LEVELS]
        return "\n".join(gap.join(row) for row in rows)

    return write


LAYOUTS = {
    "level lines, sites by stops": by_level(". ", "\n", ": ", ": "),
    "level lines, sites by semicolons": by_level("; ", "\n", ": ", ": "),
    "level lines, dashes": by_level(". ", "\n", " - ", ": "),
    "level lines, dashes and semicolons": by_level("; ", "\n\n", " - ", " - "),
    "level lines, sites by commas": by_level(", ", "\n", ": ", ": "),
    "level lines, sites by spaces": by_level(" ", "\n", ": ", ": "),
    "level paragraphs, a line a site": by_level("\n", "\n\n", ": ", ":\n"),
    "level and site on one line, a line a site": by_level("\n", "\n", ": ", ": "),
    "level and disc on one line, a line a site": by_level(".\n", "\n", ": ", ": Disc bulge.\n"),
    "level and disc on one line, a bullet a site": by_level(".\n- ", "\n\n", ": ", ": Mild disc bulge.\n- "),
    "level and disc on one line, empty lines": by_level(".\n\n", "\n\n", ": ", ": Normal height.\n\n"),
    "level after its name, a line a site": by_level("\n", "\n", ": ", "\n"),
    "level paragraphs, bullets": by_level("\n- ", "\n\n", ": ", ":\n- "),
    "one paragraph by level": by_level("; ", " ", ": ", ": "),
    "site lines, levels by stops": by_site(". ", "\n", ": ", " "),
    "site lines, levels by semicolons": by_site("; ", "\n", ": ", " "),
    "site lines, levels with colons": by_site("; ", "\n", ": ", ": "),
    "site on a line of its own, a line a level": by_site("\n", "\n", "\n", ": "),
    "site on a line of its own, a bullet a level": by_site(".\n- ", "\n\n", "\n- ", ": "),
    "site lines, dashes": by_site("; ", "\n\n", " - ", " "),
    "one paragraph by site": by_site(". ", " ", ": ", ": "),
    "table of bars": table(" | "),
    "table of tabs": table("\t"),
    "table of spaces": table("    "),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(3))
def test_grades_come_back_from_every_layout(layout: str, seed: int) -> None:
    source = random.Random(f"{layout} {seed}")
    study = drawn(source)
    rows = label_texts(["FINDINGS:\n" + LAYOUTS[layout](study, source)]).rows()
    found = {(level, finding, side): grades for _, level, finding, side, grades in rows if finding in SITES}
    expected = {
        (level, site, side): grade
        for (level, site), grades in study.items()
        for side, grade in zip(("",) if len(grades) == 1 else ("left", "right"), grades, strict=True)
    }
    assert found == expected
