"""Time grows no faster than the text, whatever the text holds."""

import gc
import time

import pytest

from deepspine.labeling.pipeline import Labeler

MEGABYTE = 1_000_000
EIGHTH = 8
WHOLE = ("levels", "heads without end", "open phrases", "lines")
"""Patterns that are read as a whole megabyte; the others as a quarter, for time's sake."""

READINGS = 2
TOLERANCE = 2.0
"""Allowed on top of the ratio of lengths: clocks and caches are noisy."""

ADVERSARIAL = {
    "one letter": "a",
    "neither": "neither nor bulge ",
    "contrasts": "unlike the left, which is ",
    "boxes": "[x] bulge [ ] ",
    "limits": "bulge is limited to L4-5 ",
    "brackets": "(((((",
    "levels": "L4-5, ",
    "grades": "mild to ",
    "negations": "no ",
    "heads without end": "mild left canal and ",
    "open verbs": "compressing ",
    "open phrases": "loss of the normal ",
    "unclosed tags": "<br <b <",
    "slashes": "/",
    "lines": "L4-5: bulge\n",
    "line ends": "\n",
    "misspelt": "stenosiz protrussion ",
    "pipes": "|a",
    "rows of a line": "| L4-5 | mild ",
    "sections of a line": "history: pain. - L4-5: ",
    "histories": "History:\nPain.\n",
    "dictation": "at l4 l5 there is a mild bulge ",
    "sides of before": "narrowing on that side. ",
    "lesions in a list": "a bulge at L3-4 and another at L4-5, both mild, ",
    "pairs of sides": "foramina R/L mild/severe ",
    "fields of a line": "- Canal: none ",
    "questions": "is there a bulge? ",
    "levels below a heading": "bulges:\n- L4-5\n- L3-4\n",
    "details in brackets": "L4-5 (mild, left), ",
}


def seconds(labeler: Labeler, text: str) -> float:
    gc.collect()
    gc.disable()
    start = time.process_time()
    labeler.raw(text)
    spent = time.process_time() - start
    gc.enable()
    return spent


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_time_grows_at_most_with_the_text(labeler: Labeler, name: str) -> None:
    length = MEGABYTE if name in WHOLE else MEGABYTE // 4
    text = (ADVERSARIAL[name] * length)[:length]
    small = max(seconds(labeler, text[: length // EIGHTH]), 0.01)
    # What else the machine does may slow one reading; the faster of two tells how time grows.
    assert min(seconds(labeler, text) for _ in range(READINGS)) < TOLERANCE * small * EIGHTH
