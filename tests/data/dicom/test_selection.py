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
    spacing_mm=(4.4, 0.6, 0.6), centers_lps=tuple((0.0, 0.0, 4.4 * number) for number in range(15)),
    normals_lps=((0.0, 0.0, 1.0),) * 15, paths=(Path("x"),), frames=(0,),
)  # fmt: skip


def selected(*series: Series) -> Selection:
    return select_series(Study("s", "p", "r", series))


def test_an_ordinary_study_has_all_three() -> None:
    t1 = replace(PLAIN, series_key="t1", weighting=Weighting.T1, series_number=2)
    axial = replace(PLAIN, series_key="ax", plane=Plane.AXIAL, n_stacks=5, series_number=3)
    selection = selected(PLAIN, t1, axial)
    assert (selection.sagittal_t1, selection.sagittal_t2, selection.axial_t2) == (t1, PLAIN, (axial,))
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
        ({"n_stacks": 2}, "its slices form 2 stacks, not one; a slice may be missing"),
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


def slab(number: int, *, z_mm: float, count: int = 5, **changes: object) -> Series:
    """Return an axial series of one slab of slices 4 mm apart, its lowest at a height."""
    changes = {"n_slices": count, "plane": Plane.AXIAL, "spacing_mm": (4.0, 0.6, 0.6), **changes}
    return replace(
        PLAIN,
        series_key=f"slab {number}",
        series_number=number,
        centers_lps=tuple((0.0, 0.0, z_mm + 4.0 * step) for step in range(count)),
        normals_lps=((0.0, 0.0, 1.0),) * count,
        **changes,  # type: ignore[arg-type]
    )


DISCS = tuple(slab(number, z_mm=36.0 * number) for number in range(3, 8))


def test_slabs_stored_as_a_series_each_are_chosen_together() -> None:
    for order in (DISCS, DISCS[::-1]):
        selection = selected(*order)
        assert selection.axial_t2 == DISCS
        assert selection.rejected == {}
        assert selection.reasons["axial_t2"].endswith("the only one; slabs of one protocol in series 3, 4, 5, 6, 7")


def test_a_repeated_slab_replaces_its_first_try_alone() -> None:
    again = slab(9, z_mm=36.0 * 4 + 2.0)
    selection = selected(*DISCS, again)
    assert selection.axial_t2 == (DISCS[0], *DISCS[2:], again)
    assert selection.rejected == {"slab 4": "was repeated later"}


def test_an_aborted_slab_does_not_replace_the_whole_one() -> None:
    selection = selected(*DISCS, slab(9, z_mm=36.0 * 4, count=3))
    assert selection.axial_t2 == DISCS
    assert selection.rejected == {"slab 9": "has fewer slices than series 4"}


def test_blocks_that_share_one_slice_are_a_set() -> None:
    upper, lower = slab(4, z_mm=100.0, count=10), slab(5, z_mm=64.0, count=10)
    assert selected(upper, lower).axial_t2 == (upper, lower)


def test_slabs_of_more_slices_in_all_go_before_one_stack_through_the_same_discs() -> None:
    coarse = tuple((0.0, 0.0, 100.0 + 9.0 * step) for step in range(20))
    stack = replace(slab(9, z_mm=0.0, count=20), centers_lps=coarse, spacing_mm=(9.0, 0.6, 0.6))
    selection = selected(*DISCS, stack)
    assert selection.axial_t2 == DISCS
    assert selection.rejected == {"slab 9": "has fewer slices than series 3, 4, 5, 6, 7"}


def test_a_stack_through_some_discs_is_joined_by_the_slabs_of_the_others() -> None:
    stack = slab(9, z_mm=108.0, count=16)
    selection = selected(*DISCS, stack)
    assert selection.axial_t2 == (*DISCS[2:], stack)
    assert set(selection.rejected) == {"slab 3", "slab 4"}


def test_slabs_that_the_chosen_stack_holds_say_so() -> None:
    stack = slab(9, z_mm=36.0 * 3, count=40)
    selection = selected(*DISCS, stack)
    assert selection.axial_t2 == (stack,)
    assert set(selection.rejected.values()) == {"has fewer slices than series 9"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"frame_of_reference": "1.4"}, "lies elsewhere, with another frame of reference than series 6"),
        ({"rows": 320}, "lies elsewhere, with another matrix than series 6"),
        ({"echo_time_ms": 80.0}, "lies elsewhere, with another echo time than series 6"),
        ({"echo_time_ms": None}, "lies elsewhere, with another echo time than series 6"),
        ({"repetition_time_ms": 6000.0}, "lies elsewhere, with another repetition time than series 6"),
        ({"spacing_mm": (4.0, 0.65, 0.65)}, "has larger pixels than series 6"),
        ({"fat_suppressed": True}, "is fat-suppressed"),
    ],
)
def test_a_slab_of_other_settings_is_no_member_and_says_why(change: dict[str, object], reason: str) -> None:
    other = slab(3, z_mm=36.0 * 3, **change)
    selection = selected(other, DISCS[3])
    assert selection.axial_t2 == (DISCS[3],)
    assert selection.rejected == {"slab 3": reason}


def test_the_repetition_time_of_a_member_may_follow_its_number_of_slices() -> None:
    longer = slab(3, z_mm=100.0, count=7, repetition_time_ms=4200.0)
    assert selected(longer, DISCS[3]).axial_t2 == (longer, DISCS[3])


def test_tilted_slabs_on_neighbouring_discs_do_not_count_as_overlapping() -> None:
    lowest = replace(DISCS[0], normals_lps=((0.0, -0.5, 3**0.5 / 2),) * 5)
    assert selected(lowest, *DISCS[1:]).axial_t2 == (lowest, *DISCS[1:])


def test_slabs_of_a_slice_or_two_count_together() -> None:
    single, pair = slab(3, z_mm=100.0, count=1), slab(4, z_mm=60.0, count=2)
    assert selected(single, pair).axial_t2 == (single, pair)
    alone = selected(pair)
    assert alone.axial_t2 is None
    assert alone.rejected == {"slab 4": "2 slices, at least 3 needed"}


def test_what_lies_in_the_frame_of_the_sagittal_series_goes_first() -> None:
    far = slab(8, z_mm=100.0, count=40, frame_of_reference="1.4")
    t1, other_t1 = (
        replace(PLAIN, series_key=frame, weighting=Weighting.T1, frame_of_reference=frame, n_slices=count)
        for frame, count in ((PLAIN.frame_of_reference, 11), ("1.4", 17))
    )
    selection = selected(PLAIN, *DISCS, far, t1, other_t1)
    assert (selection.axial_t2, selection.sagittal_t1) == (DISCS, t1)
    assert set(selection.rejected.values()) == {"is of another frame of reference than the sagittal series"}


def test_slabs_of_frames_of_their_own_are_a_set_when_mismatched_frames_are_allowed() -> None:
    own = tuple(replace(one, frame_of_reference=f"1.{one.series_number}") for one in DISCS)
    study = Study("s", "p", "r", own)
    assert len(select_series(study).axial_t2 or ()) == 1
    assert select_series(study, allow_mismatched_frames=True).axial_t2 == own
