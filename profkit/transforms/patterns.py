"""Regular expressions that functions are found by: in their name, file or package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT, ANONYMOUS, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.profile.columns import IndexColumn

__all__ = ["compiled", "matching_functions", "parsed"]

_EVERYWHERE = ("name", "file", "package")
_COLUMNS = (*_EVERYWHERE, "kind")


def compiled(text: str) -> re.Pattern[str]:
    """Return a regular expression. Raises :class:`UsageError` where the text is none."""
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(f"{text!r} is no regular expression: {error}") from None


def parsed(text: str) -> tuple[Sequence[str], re.Pattern[str]]:
    """Return the columns of the function table that a search text is about, and its expression.

    Raises :class:`UsageError` where it is empty, which would fit everything, or no expression.
    """
    place, colon, rest = text.partition(":")
    columns, pattern = ((place,), rest) if colon and place in _COLUMNS else (_EVERYWHERE, text)
    if not pattern:
        raise UsageError("an empty regular expression fits everything; use . for that")
    return columns, compiled(pattern)


def matching_functions(profile: Profile, text: str) -> npt.NDArray[np.bool_]:
    """Tell which functions a search text fits; shape ``(functions,)``.

    ``text`` is a regular expression that is found somewhere in a function's name, its file's whole
    path or its package; after ``name:``, ``file:``, ``package:`` or ``kind:`` in this alone. Case
    matters.

    Raises :class:`UsageError` where it is no regular expression.
    """
    columns, expression = parsed(text)
    answer = np.zeros(len(profile.functions), bool)
    for column in columns:
        numbers: IndexColumn = getattr(profile.functions, column)
        if column == "kind":
            found = [expression.search(kind.label) is not None for kind in Kind]
            answer |= np.array(found)[numbers]
        else:
            answer |= _found(expression, profile.strings, numbers, column)
    return answer


def _found(
    expression: re.Pattern[str], strings: Sequence[str], numbers: IndexColumn, column: str
) -> npt.NDArray[np.bool_]:
    """Search each string once, however many functions have it."""
    distinct, row = np.unique(numbers, return_inverse=True)
    texts = {ABSENT: ANONYMOUS if column == "name" else "", **dict(enumerate(strings))}
    found = [
        texts[number] != "" and expression.search(texts[number]) is not None
        for number in distinct.tolist()
    ]
    return np.array(found, bool)[row]
