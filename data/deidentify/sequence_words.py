"""Descriptions of series without what people type beside the sequence: names, numbers, places."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s_\-./\\(),:;]+")
WORDS = frozenset({
    "t1", "t1w", "t2", "t2w", "pd", "pdw", "stir", "tirm", "flair", "space", "cube", "vista", "dixon", "mdixon",
    "ideal", "flex", "water", "fat", "w", "f", "ip", "op", "in", "opp", "phase", "tse", "fse", "frfse", "se", "gre",
    "ge", "ffe", "medic", "merge", "blade", "propeller", "fs", "fatsat", "sat", "spair", "spir", "sup", "suppressed",
    "2d", "3d", "iso", "sag", "sagittal", "ax", "axial", "tra", "trans", "transverse", "cor", "coronal", "obl",
    "oblique", "loc", "localizer", "localiser", "scout", "survey", "plan", "calib", "mpr", "mip", "sub", "myelo",
    "adc", "post", "pre", "gd", "gad", "contrast", "ce", "km", "c", "spine", "lumbar", "lspine", "ls", "l",
    "thoracic", "cervical", "cspine", "hws", "ctl", "whole", "disc", "stack", "slab", "rep", "repeat", "brain", "head",
    "hip", "pelvis", "knee", "sacroiliac", "sacro", "iliac", "si", "sij", "scano", "scanogram", "3pl", "3plane", "3",
    "pl", "plane", "smart", "smartbrain", "smartspine", "calibration", "screen", "screening", "compos", "composed",
    "composing", "composite", "stitch", "stitched", "stitching", "subtr", "subtracted", "subtraction", "t2*", "star",
    "t2star", "m", "mffe", "haemo", "hemo", "swi", "proton", "density", "gado", "gadolinium", "gadovist", "dotarem",
})  # fmt: skip
"""Words of sequences, planes and regions; all that our reading of a series needs (`weighting` and `selection`)."""


def clean_description(text: str) -> str:
    """Return the words of a description that are about the sequence, in their order.

    Examples
    --------
    >>> clean_description("Sag T2 TSE Smith 4711 (Dr. Jones)")
    'sag t2 tse'
    """
    words = _SEPARATORS.split(text.lower())
    return " ".join(word for word in (word if word in WORDS else word.strip("*") for word in words) if word in WORDS)
