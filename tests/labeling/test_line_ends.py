"""A report whose line ends an archive has spelt out or lost still says what it said."""

import re
from pathlib import Path

import pytest
from tests.labeling.conftest import labels_of

from deepspine.labeling.pipeline import Labeler

GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "labeling").glob("*.txt"))
REPORT = "FINDINGS:\nL4-5: Mild disc bulge,\nno canal stenosis.\n\nL5-S1: Normal.\nIMPRESSION: L4-5 bulge"

SPELT = {
    "escaped": "\\n",
    "escaped twice": "\\\\n",
    "escaped as on Windows": "\\r\\n",
    "escaped carriage return": "\\r",
    "escaped code point": "\\u000a",
    "Excel": "_x000D_\n",
    "Excel, line ends lost": "_x000D_",
    "Excel, both signs": "_x000d__x000a_",
    "escaped tag": "&lt;br&gt;",
    "escaped tag of XHTML": "&lt;br /&gt;",
    "tag escaped twice": "&amp;lt;br&amp;gt;",
    "XML": "&#13;\n",
    "XML in hexadecimals": "&#xD;&#xA;",
    "tag": "<br>",
    "Windows": "\r\n",
    "paragraph sign of Unicode": "\u2029",
}


@pytest.mark.parametrize("spelt", SPELT.values(), ids=SPELT)
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_line_end_that_is_spelt_out_is_one(path: Path, spelt: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert labels_of(text.replace("\n", spelt)) == labels_of(text)


@pytest.mark.parametrize("spelt", SPELT.values(), ids=SPELT)
def test_evidence_points_into_the_text_as_it_came(labeler: Labeler, spelt: str) -> None:
    def evidence(text: str) -> list[list[str]]:
        return [
            [re.sub(r"\s+", " ", text[one.start : one.end].replace(spelt, "\n")) for one in label.evidence]
            for label in labeler.label(text).labels
        ]

    assert evidence(REPORT.replace("\n", spelt)) == evidence(REPORT)


@pytest.mark.parametrize("text", [
    "L4-5: mild left\\right foraminal narrowing.",
    "L4-5: mild narrowing of canal\\neural foramina.",
])  # fmt: skip
def test_a_backslash_between_words_is_a_slash(text: str) -> None:
    assert labels_of(text) == labels_of(text.replace("\\", "/"))
