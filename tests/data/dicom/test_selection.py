"""The series that a study is read from are chosen for reasons that can be read."""

from dataclasses import replace
from pathlib import Path

import pytest

from deepspine.data.dicom.selection import Selection, select_series
from deepspine.data.dicom.series import Series, Study
from deepspine.data.geometry import Plane
from deepspine.data.volume import Weighting

PLAIN = Series(
    series_uid="1.2", part=0, study_uid="1", series_key="a", study_key="s", patient_key="p", report_id="r",
    description="", series_number=1, body_part="LSPINE", image_type=("ORIGINAL", "PRIMARY", "M"), plane=Plane.SAGITTAL,
    weighting=Weighting.T2, weighting_reason="TE 100 ms", fat_suppressed=False, echo_time_ms=100.0,
    repetition_time_ms=3500.0, frame_of_reference="1.3", n_slices=15, n_stacks=1, rows=448, columns=448,
    spacing_mm=(4.4, 0.6, 0.6), paths=(Path("x"),), frames=(0,),
)  # fmt: skip


def selected(*series: Series) -> Selection:
    return select_series(Study("s", "p", "r", series))


def test_an_ordinary_study_has_all_three() -> None:
    t1 = replace(PLAIN, series_key="t1", weighting=Weighting.T1, series_number=2)
    axial = replace(PLAIN, series_key="ax", plane=Plane.AXIAL, n_stacks=5, series_number=3)
    selection = selected(PLAIN, t1, axial)
    assert (selection.sagittal_t1, selection.sagittal_t2, selection.axial_t2) == (t1, PLAIN, axial)
    assert selection.reasons["sagittal_t2"] == "sagittal; T2 by TE 100 ms; the only one"


def test_an_empty_slot_says_what_was_missing() -> None:
    assert selected(PLAIN).axial_t2 is None
    assert selected(PLAIN).reasons["axial_t2"] == "no axial series of weighting T2 or T2 SPACE"


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [
        ({}, {"fat_suppressed": True}, "is fat-suppressed"),
        ({}, {"weighting": Weighting.T2_SPACE, "n_slices": 90}, "has a less wanted weighting than series 1"),
        ({"n_slices": 17}, {"n_slices": 11}, "has fewer slices than series 1"),
        ({}, {"spacing_mm": (4.4, 1.1, 1.1)}, "has larger pixels than series 1"),
        ({"series_number": 7}, {"series_number": 4}, "was repeated later"),
        ({}, {"part": 1}, "is a further part of the same series"),
    ],
)
def test_the_better_of_two_is_chosen_and_the_other_says_why_not(
    better: dict[str, object], worse: dict[str, object], reason: str
) -> None:
    one = replace(PLAIN, **better)  # type: ignore[arg-type]
    other = replace(PLAIN, series_key="b", **worse)  # type: ignore[arg-type]
    for order in ((one, other), (other, one)):
        selection = selected(*order)
        assert selection.sagittal_t2 == one
        assert selection.rejected == {"b": reason}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"description": "3-pl loc"}, "localizer"),
        ({"description": "SURVEY"}, "localizer"),
        ({"image_type": ("ORIGINAL", "PRIMARY", "LOCALIZER")}, "localizer"),
        ({"image_type": ("DERIVED", "SECONDARY", "MPR")}, "derived from another series"),
        ({"description": "MR Myelo"}, "derived from another series"),
        ({"description": "T2 sag C-spine"}, "another body region"),
        ({"body_part": "CSPINE"}, "another body region"),
        ({"n_slices": 3}, "3 slices, at least 5 needed"),
        ({"rows": 48}, "only 48 x 448 pixels"),
        ({"spacing_mm": (4.0, 0.3, 0.3)}, "only 134 mm high, the lumbar spine needs 150"),
        ({"n_stacks": 2}, "its slices form 2 stacks, not one"),
    ],
)
def test_what_cannot_serve_is_rejected_with_the_reason(change: dict[str, object], reason: str) -> None:
    selection = selected(replace(PLAIN, **change))  # type: ignore[arg-type]
    assert selection.sagittal_t2 is None
    assert selection.rejected == {"a": reason}


@pytest.mark.parametrize("description", ["T2 sag block L1-S1", "t2_tse_sag local shim off", "Sag T2 slim"])
def test_harmless_words_reject_nothing(description: str) -> None:
    assert selected(replace(PLAIN, description=description)).sagittal_t2 is not None


def test_a_series_that_nobody_asks_for_is_listed_too() -> None:
    stir = replace(PLAIN, series_key="stir", weighting=Weighting.STIR)
    assert selected(PLAIN, stir).rejected == {"stir": "STIR sagittal is not asked for"}
