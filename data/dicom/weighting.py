"""The contrast of a series: from its sequence parameters first, from its description last.

Descriptions are typed by people and copied between protocols; echo, repetition and inversion time are written by the
scanner. Ranges follow the usual definitions at 1.5 and 3 T (Bernstein, Handbook of MRI Pulse Sequences, 2004, chapters
14 and 16; spine protocols of the ACR-ASNR-SCBT-MR practice parameter for MRI of the adult spine).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from deepspine.data.volume import Weighting

PLAUSIBLE_MS = (1.0, 30_000.0)
"""Times outside are a damaged header, or one that counts in seconds."""
STIR_INVERSION_MS = (80.0, 300.0)
"""Inversion times that null fat: 130 to 160 ms at 1.5 T, 200 to 230 ms at 3 T."""
T1_FLAIR_INVERSION_MS = (300.0, 1300.0)
"""Inversion times of T1 FLAIR, a common sagittal T1 of the spine at 3 T."""
T2_MIN_ECHO_MS = 60.0
"""Spin echoes at least this long are T2 weighted; lumbar T2 has 80 to 130 ms."""
T1_MAX_ECHO_MS = 30.0
"""Spin echoes at most this long are T1 or proton density weighted; lumbar T1 has 7 to 20 ms."""
T1_MAX_REPETITION_MS = 1300.0
"""Short-echo spin echoes repeated faster than this are T1 weighted; lumbar T1 has 400 to 800 ms, PD above 1,500."""

_WATER_TOKENS = frozenset({"WATER", "W"})
_FAT_TOKENS = frozenset({"FAT", "F"})
_FAT_SUPPRESSED = re.compile(r"(?<![a-z])(fs|fat[ _-]?(sat|sup\w*)|spair|spir|chess|stir|tirm)(?![a-z])")
_SEPARATORS = re.compile(r"[\s_\-./(),]+")
_DESCRIPTIONS: tuple[tuple[re.Pattern[str], Weighting], ...] = tuple(
    (re.compile(pattern), weighting)
    for pattern, weighting in (
        (r"stir|tirm", Weighting.STIR),
        (r"(?<!disc )\bspace\b|\bcube\b|\bvista\b", Weighting.T2_SPACE),
        (r"\bwater\b|dixon w\b", Weighting.DIXON_WATER),
        (r"\b(?:m?dixon|ideal|flex) (?:f|fat(?! ?s))\b", Weighting.DIXON_FAT),
        (r"t1(?!\d).*(?:\+ ?(?:c|gd)\b|\bgad|\bgd\b|\bpost\b|contrast|\bce\b|\bkm\b)", Weighting.T1_CONTRAST),
        (r"\b(?:post|gd)\b.*t1(?!\d)", Weighting.T1_CONTRAST),
        (r"t1(?!\d).*t2(?!\d)|t2(?!\d).*t1(?!\d)", Weighting.UNKNOWN),
        (r"t2(?!\d)", Weighting.T2),
        (r"t1(?!\d)", Weighting.T1),
        (r"\bpdw?\b|\bproton\b", Weighting.PD),
    )
)
"""First match wins, on lower-case text whose separators have become spaces; T10 to T12 are vertebrae."""
_T2_STAR = re.compile(r"t2 ?(\*|star)|medic\b|merge|m ?ffe|haemo|hemo|swi\b")


class SequenceParameters(NamedTuple):
    """What a header says about how a series was made; times in ms, None where it says nothing."""

    echo_time_ms: float | None = None
    repetition_time_ms: float | None = None
    inversion_time_ms: float | None = None
    scanning_sequence: tuple[str, ...] = ()
    acquisition_type: str = ""
    scan_options: tuple[str, ...] = ()
    image_type: tuple[str, ...] = ()
    contrast_agent: bool = False
    description: str = ""


@dataclass(frozen=True)
class WeightingGuess:
    """A weighting and the header values that it was read from, in words."""

    weighting: Weighting
    reason: str
    fat_suppressed: bool = False


def guess_weighting(parameters: SequenceParameters) -> WeightingGuess:
    """Tell the weighting of a series.

    Examples
    --------
    >>> guess_weighting(SequenceParameters(echo_time_ms=100, repetition_time_ms=3500, description="T1 sag")).weighting
    <Weighting.T2: 'T2'>
    >>> guess_weighting(SequenceParameters(description="SAG T1 TSE")).reason
    'description says T1'
    """
    found = _from_image_type(parameters) or _from_times(parameters) or _from_description(parameters.description)
    weighting, reason = found or (Weighting.UNKNOWN, "neither sequence parameters nor description tell")
    if weighting is Weighting.T1 and parameters.contrast_agent:
        weighting, reason = Weighting.T1_CONTRAST, f"{reason}; contrast agent given"
    return WeightingGuess(weighting, reason, fat_suppressed=_is_fat_suppressed(parameters, weighting))


def plausible_ms(value: float | None) -> float | None:
    """Return a time when it can be one, else None."""
    return value if value is not None and PLAUSIBLE_MS[0] <= value <= PLAUSIBLE_MS[1] else None


def _from_image_type(parameters: SequenceParameters) -> tuple[Weighting, str] | None:
    tokens = {token.upper() for token in parameters.image_type[2:]}
    if tokens & _WATER_TOKENS:
        return Weighting.DIXON_WATER, "image type says water"
    if tokens & _FAT_TOKENS:
        return Weighting.DIXON_FAT, "image type says fat"
    return None


def _from_times(parameters: SequenceParameters) -> tuple[Weighting, str] | None:
    echo = plausible_ms(parameters.echo_time_ms)
    repetition = plausible_ms(parameters.repetition_time_ms)
    if echo is None:
        return None
    if repetition is not None and repetition <= echo:
        repetition = None  # nothing echoes after it was excited again: one of the two counts in seconds
    sequences = {name.upper() for name in parameters.scanning_sequence}
    if "GR" in sequences and not sequences & {"SE", "IR"}:
        return Weighting.UNKNOWN, f"gradient echo, TE {echo:g} ms"
    by_inversion = _from_inversion(plausible_ms(parameters.inversion_time_ms), echo)
    return by_inversion or _from_spin_echo(echo, repetition, three_d=parameters.acquisition_type.upper() == "3D")


def _from_inversion(inversion: float | None, echo: float) -> tuple[Weighting, str] | None:
    if inversion is None:
        return None
    if STIR_INVERSION_MS[0] <= inversion <= STIR_INVERSION_MS[1]:
        return Weighting.STIR, f"TI {inversion:g} ms"
    if T1_FLAIR_INVERSION_MS[0] < inversion <= T1_FLAIR_INVERSION_MS[1] and echo <= T2_MIN_ECHO_MS:
        return Weighting.T1, f"TI {inversion:g} ms, TE {echo:g} ms"
    return None


def _from_spin_echo(echo: float, repetition: float | None, *, three_d: bool) -> tuple[Weighting, str] | None:
    if echo >= T2_MIN_ECHO_MS:
        return (Weighting.T2_SPACE, f"3D, TE {echo:g} ms") if three_d else (Weighting.T2, f"TE {echo:g} ms")
    if repetition is None:
        return None
    times = f"TE {echo:g} ms, TR {repetition:g} ms"
    if echo <= T1_MAX_ECHO_MS and repetition <= T1_MAX_REPETITION_MS:
        return Weighting.T1, times
    return (Weighting.PD, times) if repetition > T1_MAX_REPETITION_MS else None


def _from_description(description: str) -> tuple[Weighting, str] | None:
    text = _SEPARATORS.sub(" ", description.lower())
    if _T2_STAR.search(text):
        return Weighting.UNKNOWN, "description says T2*"
    for pattern, weighting in _DESCRIPTIONS:
        if pattern.search(text):
            return weighting, f"description says {weighting}"
    return None


def _is_fat_suppressed(parameters: SequenceParameters, weighting: Weighting) -> bool:
    if weighting in (Weighting.STIR, Weighting.DIXON_WATER):
        return True
    options = {option.upper() for option in parameters.scan_options}
    return "FS" in options or _FAT_SUPPRESSED.search(parameters.description.lower()) is not None
