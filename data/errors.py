"""One small tree of exceptions; the command line turns each into one line and an exit code.

Every message says what was found, where, what is expected and what to do. They are raised where the fact is known and
caught where a decision can be made: the command line, and the loop over a batch, which lists them in `rejects.csv`.
"""

from __future__ import annotations


class DeepspineError(Exception):
    """Base of all errors that a user can mend; anything else that escapes is a bug of ours."""


class InputError(DeepspineError):
    """A file, row or tag is missing, unreadable or malformed."""


class LabelTableError(InputError):
    """A label table breaks the scheme; the message names file, row and column."""


class VocabularyError(DeepspineError):
    """A level, finding, side or grade that the scheme does not know."""


class GeometryError(DeepspineError):
    """Positions that cannot be what they claim: degenerate axes, slices that overlap, a disc off the spine."""


class ConfigError(DeepspineError):
    """An option or configuration key that does not exist or has an impossible value."""


class NamingError(DeepspineError):
    """A spine whose levels cannot be named, for example because no lumbosacral junction is in view."""


class TooManyRejectsError(DeepspineError):
    """A batch finished, but more of its inputs were rejected than the user allowed (exit code 3)."""
