"""Report ids as the cells of tables spell them."""

from __future__ import annotations

import re

BLANKS = " \t\N{NO-BREAK SPACE}"
"""What exports leave around a cell."""
_FORMULA = re.compile(r'="(.*)"')
"""How a spreadsheet writes a number that it is to keep as text."""


def report_id_of(cell: str) -> str:
    """Return the id of a cell, without blanks around it and without a spreadsheet's formula: the same in every table.

    Examples
    --------
    >>> report_id_of(' ="00123"'), report_id_of("case 7 ")
    ('00123', 'case 7')
    """
    return _FORMULA.sub(r"\1", cell.strip(BLANKS))
