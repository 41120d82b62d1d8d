"""Options of trainings that are numbers: each is held against its range before anything is read or built."""

from __future__ import annotations

from deepspine.data.errors import ConfigError


def check_positive(**options: float) -> None:
    """Raise ConfigError for the first option that is not above 0."""
    for name, value in options.items():
        if not value > 0:
            raise ConfigError(f"{name} must be above 0, got {value:g}")


def check_not_negative(**options: float) -> None:
    """Raise ConfigError for the first option that is below 0."""
    for name, value in options.items():
        if not value >= 0:
            raise ConfigError(f"{name} must be 0 or above, got {value:g}")


def check_share(**options: float) -> None:
    """Raise ConfigError for the first option that is not in [0, 1)."""
    for name, value in options.items():
        if not 0 <= value < 1:
            raise ConfigError(f"{name} must be from 0 to below 1, got {value:g}")


def check_fold(held_fold: int, n_folds: int) -> None:
    """Raise ConfigError when `held_fold` is neither one of `n_folds` nor -1, which holds nobody back."""
    check_positive(n_folds=n_folds)
    if not -1 <= held_fold < n_folds:
        raise ConfigError(f"held_fold must be from -1 (nobody is held back) to {n_folds - 1}, got {held_fold}")
