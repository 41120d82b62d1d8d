"""The scanner's numbers decide what a series shows; what someone typed comes last."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepspine.data.dicom.weighting import SequenceParameters, guess_weighting
from deepspine.data.volume import Weighting

PRIMARY = ("ORIGINAL", "PRIMARY")


@pytest.mark.parametrize(
    ("parameters", "weighting"),
    [
        (SequenceParameters(11, 520, scanning_sequence=("SE",)), Weighting.T1),
        (SequenceParameters(102, 3400, scanning_sequence=("SE",)), Weighting.T2),
        (SequenceParameters(12, 2500, scanning_sequence=("SE",)), Weighting.PD),
        (SequenceParameters(34, 2400, scanning_sequence=("SE",)), Weighting.PD),
        (SequenceParameters(45, 4200, 150, scanning_sequence=("SE", "IR")), Weighting.STIR),
        (SequenceParameters(60, 4200, 220), Weighting.STIR),
        (SequenceParameters(9, 2100, 860, scanning_sequence=("IR",)), Weighting.T1),
        (SequenceParameters(130, 1500, scanning_sequence=("SE",), acquisition_type="3D"), Weighting.T2_SPACE),
        (SequenceParameters(11, 520, contrast_agent=True), Weighting.T1_CONTRAST),
        (SequenceParameters(102, 3400, contrast_agent=True), Weighting.T2),
        (SequenceParameters(90, 4000, image_type=(*PRIMARY, "DIXON", "WATER")), Weighting.DIXON_WATER),
        (SequenceParameters(90, 4000, image_type=(*PRIMARY, "F")), Weighting.DIXON_FAT),
        (SequenceParameters(90, 4000, image_type=(*PRIMARY, "IN_PHASE")), Weighting.T2),
        (SequenceParameters(3, 8, scanning_sequence=("GR",)), Weighting.UNKNOWN),
        (SequenceParameters(), Weighting.UNKNOWN),
    ],
)
def test_sequence_parameters_tell_the_weighting(parameters: SequenceParameters, weighting: Weighting) -> None:
    assert guess_weighting(parameters).weighting is weighting


@pytest.mark.parametrize(
    ("description", "weighting"),
    [
        ("t1_tse_sag", Weighting.T1),
        ("SAG T1", Weighting.T1),
        ("T1W_TSE", Weighting.T1),
        ("t2_tse_sag_384", Weighting.T2),
        ("Ax T2 FRFSE", Weighting.T2),
        ("sT2W_TSE", Weighting.T2),
        ("STIR SAG", Weighting.STIR),
        ("t2_tirm_sag", Weighting.STIR),
        ("t2_space_sag_iso", Weighting.T2_SPACE),
        ("SAG CUBE T2", Weighting.T2_SPACE),
        ("AX T1 + C", Weighting.T1_CONTRAST),
        ("T1 POST GAD SAG", Weighting.T1_CONTRAST),
        ("SAG PD", Weighting.PD),
        ("T2 sag T11-S1", Weighting.T2),
        ("T1 and T2 sag", Weighting.UNKNOWN),
        ("AX T2 disc space", Weighting.T2),
        ("t2_dixon_water", Weighting.DIXON_WATER),
        ("t2 dixon fat", Weighting.DIXON_FAT),
        ("AX T2* MERGE", Weighting.UNKNOWN),
        ("routine", Weighting.UNKNOWN),
        ("", Weighting.UNKNOWN),
    ],
)
def test_without_parameters_the_description_is_read(description: str, weighting: Weighting) -> None:
    guess = guess_weighting(SequenceParameters(description=description))
    assert guess.weighting is weighting


def test_parameters_beat_a_description_that_was_copied_from_another_protocol() -> None:
    guess = guess_weighting(SequenceParameters(100, 3500, scanning_sequence=("SE",), description="T1 sag"))
    assert (guess.weighting, guess.reason) == (Weighting.T2, "TE 100 ms")


@pytest.mark.parametrize("echo", [-5.0, 0.0, 1e9, float("nan"), float("inf")])
def test_absurd_times_count_as_missing(echo: float) -> None:
    guess = guess_weighting(SequenceParameters(echo, 500, description="T1 sag"))
    assert guess.reason == "description says T1"


@pytest.mark.parametrize("parameters", [SequenceParameters(0.1, 3.5), SequenceParameters(10, 0.5)])
def test_times_in_seconds_are_not_taken_for_milliseconds(parameters: SequenceParameters) -> None:
    assert guess_weighting(parameters).weighting is Weighting.UNKNOWN
    assert guess_weighting(parameters._replace(description="T2 sag")).weighting is Weighting.T2


@pytest.mark.parametrize(
    "parameters",
    [
        SequenceParameters(100, 3500, scan_options=("FS",)),
        SequenceParameters(100, 3500, description="T2 sag FS"),
        SequenceParameters(100, 3500, description="t2_tse_fatsat"),
        SequenceParameters(45, 4200, 150),
    ],
)
def test_fat_suppression_is_noted(parameters: SequenceParameters) -> None:
    assert guess_weighting(parameters).fat_suppressed


def test_plain_fast_spin_echo_is_not_taken_for_fat_suppression() -> None:
    assert not guess_weighting(SequenceParameters(100, 3500, description="T2 FSE sag offset")).fat_suppressed


@given(
    st.builds(
        SequenceParameters,
        *[st.none() | st.floats()] * 3,
        scanning_sequence=st.lists(st.text(max_size=3), max_size=2).map(tuple),
        image_type=st.lists(st.text(max_size=5), max_size=5).map(tuple),
        description=st.text(max_size=30),
    )
)
def test_whatever_the_header_says_there_is_an_answer_and_a_reason(parameters: SequenceParameters) -> None:
    guess = guess_weighting(parameters)
    assert isinstance(guess.weighting, Weighting)
    assert guess.reason
