"""The secret from which pseudonyms follow: the same one gives the same pseudonyms, in every run, on every machine."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from deepspine.data.errors import InputError
from deepspine.data.whole_files import whole_file

MIN_CHARACTERS = 16
"""A shorter secret could be found by trying."""
KEY_DIGITS = 16
"""Hex digits of a key: 64 bits."""


def read_secret(path: Path, *, make: bool = True) -> str:
    """Return the secret of a file.

    Parameters
    ----------
    make
        Whether a file that is not there is made, readable by its owner only.

    Raises
    ------
    InputError
        When the secret is too short or cannot be read.
    """
    if make and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as partial:
            partial.touch(mode=0o600)
            partial.write_text(secrets.token_hex(32) + "\n", encoding="utf-8")
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give the secret from which the keys that are there follow") from None
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path}: the secret cannot be read; name a text file") from None
    if len(secret) < MIN_CHARACTERS:
        raise InputError(f"{path}: a secret must have {MIN_CHARACTERS} characters or more, got {len(secret)}")
    return secret


def keyed(secret: str, identifier: str) -> str:
    """Return the key that stands for an identifier; empty for an empty one.

    Without the secret nobody can tell which identifier it was, not even by trying all (HMAC-SHA-256, RFC 2104).

    Examples
    --------
    >>> keyed("0123456789abcdef", "P1") == keyed("0123456789abcdef", "P1"), keyed("0123456789abcdef", "")
    (True, '')
    """
    if not identifier:
        return ""
    return hmac.new(secret.encode(), identifier.encode(), hashlib.sha256).hexdigest()[:KEY_DIGITS]
