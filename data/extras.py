"""Packages that not every installation has: what to install where an import fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from deepspine.data.errors import ConfigError


@contextmanager
def needs_extra(extra: str, purpose: str) -> Iterator[None]:
    """Tell which extra of deepspine brings the package that an import within does not find.

    Parameters
    ----------
    extra
        Of `pyproject.toml`, such as `web`.
    purpose
        What the package is for, as the beginning of a sentence.

    Raises
    ------
    ConfigError
        When a package is missing.

    Examples
    --------
    >>> with needs_extra("web", "DICOMweb"):
    ...     import no_such_package
    Traceback (most recent call last):
    deepspine.data.errors.ConfigError: DICOMweb needs no_such_package; install it with `pip install 'deepspine[web]'`
    """
    try:
        yield
    except ImportError as error:
        package = error.name or "a further package"
        raise ConfigError(f"{purpose} needs {package}; install it with `pip install 'deepspine[{extra}]'`") from None
