"""Rows of plain values as CSV, by RFC 4180, for programs and for spreadsheets.

A spreadsheet takes a text that begins like a formula for one, and a name in a profile may be
anybody's: such a text gets an apostrophe before it, as OWASP's "CSV Injection" advises. Characters
that a terminal would obey become visible, as in tables.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from profkit.render.escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["to_csv"]

# As the first letter they make a formula; the wide ones do in East Asian spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def to_csv(table: tuple[Sequence[str], Sequence[Sequence[object]]]) -> str:
    r"""Return a header and its rows as CSV; None is an empty field, lines end in CR LF.

    >>> to_csv((["name", "self"], [["=cmd()", 12], [None, -3]]))
    "name,self\r\n'=cmd(),12\r\n,-3\r\n"
    """
    header, rows = table
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_harmless(name) for name in header])
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return text.getvalue()


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    return escape(f"'{value}" if value.startswith(_FORMULA) else value)
