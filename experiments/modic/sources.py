"""Real pairs with what is known of their discs: SPIDER's gradings, and clinicians' notes on Sudirman's patients."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from deepspine.data.convert.spider_gradings import graded_discs, read_gradings
from deepspine.data.label_table import LabelTable
from deepspine.experiments.modic.pairs import LocatedPair, picture_pairs
from deepspine.experiments.note_labels import label_notes
from deepspine.experiments.public_sets import SPIDER, SPIDER_PREFIX, SUDIRMAN_PREFIX, sudirman
from deepspine.grading.modic.mapping import MODIC
from deepspine.segmentation.pose import Segmenter

DATA = {
    "spider": SPIDER,
    "sudirman": sudirman("pictures and clinicians' notes"),
    "phantom": "deepspine's phantom studies",
}
"""What the networks learned from, with the attribution that its licence asks for."""


class RealPairs(NamedTuple):
    """What pictures teach.

    Attributes
    ----------
    labels
        Modic changes of discs, of both sets.
    spider
        All of SPIDER's pairs.
    noted
        Pairs of the patients whose notes speak of Modic changes.
    """

    labels: LabelTable
    spider: list[LocatedPair]
    noted: list[LocatedPair]


def real_pairs(
    data: Path, kept: Path, *, network: Segmenter | None = None, advance: Callable[[float], None] = lambda n: None
) -> RealPairs:
    """Locate the pairs and read what is known of their discs.

    Parameters
    ----------
    data
        Folder of the data sets.
    kept
        Folder where located pairs are kept.
    network
        What finds the discs; the shipped segmentation by default.
    advance
        Called with the share done since its last call, 1 in sum.
    """
    gradings = read_gradings(data / "spider_mid" / "gradings.csv", id_prefix=SPIDER_PREFIX)
    said = label_notes(data / "reports" / "sudirman_notes.csv")
    graded, noted = (
        {key: grades for key, grades in source.items() if key.finding == MODIC.name} for source in (gradings, said)
    )
    patients = sorted({key.report_id.removeprefix(SUDIRMAN_PREFIX) for key in noted})
    spider = picture_pairs(
        data / "spider_mid",
        kept,
        prefix=SPIDER_PREFIX,
        n_graded=graded_discs(data / "spider_mid" / "gradings.csv", id_prefix=SPIDER_PREFIX),
        network=network,
        advance=lambda n: advance(0.9 * n),
    )
    others = picture_pairs(
        data / "sudirman",
        kept,
        prefix=SUDIRMAN_PREFIX,
        patients=patients,
        network=network,
        advance=lambda n: advance(0.1 * n),
    )
    return RealPairs(LabelTable({**graded, **noted}), list(spider), list(others))
