"""Splits by patient, by a hash of the patient's key: the same for every dataset, machine and order of arrival."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from deepspine.data.errors import ConfigError

SPLITS = ("train", "val", "test")
DEFAULT_SHARES: Mapping[str, float] = MappingProxyType({"train": 0.6, "val": 0.15, "test": 0.25})
_BUCKETS = 2**32


def split_of(patient_key: str, shares: Mapping[str, float] = DEFAULT_SHARES) -> str:
    """Return the split of a patient.

    Parameters
    ----------
    patient_key
        Pseudonymous key; all studies of a patient share it.
    shares
        Share of patients by split, 1 in sum.

    Raises
    ------
    ConfigError
        When the shares do not sum to 1 or name an unknown split.

    Examples
    --------
    >>> split_of("patient-7") == split_of("patient-7")
    True
    """
    check_shares(shares)
    # These words, both colons too, divide the patients of every dataset that is there.
    position = _hash(f"split::{patient_key}") % _BUCKETS / _BUCKETS
    edge = 0.0
    for split in SPLITS:
        edge += shares.get(split, 0.0)
        if position < edge:
            return split
    return next(split for split in reversed(SPLITS) if shares.get(split, 0.0) > 0)


def fold_of(patient_key: str, folds: int) -> int:
    """Return the fold of a patient in [0, folds), for cross-validation."""
    return _hash(f"fold::{patient_key}") % folds


def parse_shares(text: str) -> dict[str, float]:
    """Read shares of train, val and test, such as `0.6,0.15,0.25`.

    Raises
    ------
    ConfigError
        When the text is not three numbers that sum to 1.
    """
    try:
        shares = dict(zip(SPLITS, map(float, text.split(",")), strict=True))
    except ValueError:
        raise ConfigError(f"shares must be three numbers for {', '.join(SPLITS)}, got {text!r}") from None
    check_shares(shares)
    return shares


def check_shares(shares: Mapping[str, float]) -> None:
    """Raise `ConfigError` unless `shares` divide all patients among known splits."""
    # What is compared so that nan, of which no comparison holds, is refused.
    divide_all = all(share >= 0 for share in shares.values()) and abs(sum(shares.values()) - 1) <= 1e-6
    if set(shares) - set(SPLITS) or not divide_all:
        raise ConfigError(f"shares of {', '.join(SPLITS)} must be positive and sum to 1, got {dict(shares)}")


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
