"""From V8's names for code to functions, files and kinds.

Source: V8's ``tools/tickprocessor.mjs``, and that of :mod:`~profkit.formats.v8names`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.formats.v8names import MARKS, Named, named
from profkit.profile import Tier

if TYPE_CHECKING:
    from profkit.formats.v8log.codemap import Code

__all__ = ["Named", "label_of", "name_of", "tier_mark", "tier_of"]

_MARKS = {**MARKS, "": ""}
_TIERS = {tier.mark: tier for tier in Tier}


def tier_mark(field: str) -> str:
    """Return the mark of a tier without what V8 adds to it.

    See :data:`~profkit.formats.v8names.MARKS`. Raises ``ValueError``.
    """
    mark = _MARKS.get(field)
    if mark is None:
        raise ValueError(field)
    return mark


def label_of(code: Code, copy: int = 0) -> str:
    """Return the label under which V8's own tool counts ticks in this code.

    ``copy`` tells apart several pieces of code of one name, counted from 0.
    """
    name = code.name
    if code.is_function:
        if not name:
            name = "<anonymous>"
        elif name[0] == " ":
            name = f"<anonymous>{name}"
    elif copy:
        name = f"{name} {{{copy}}}"
    return f"{code.type}: {code.mark}{name}"


def tier_of(code: Code) -> Tier:
    """Return which compiler made the code."""
    return _TIERS.get(code.mark, Tier.NONE)


def name_of(code: Code) -> Named:
    """Take V8's name of a code apart: ``logRequest /srv/api/index.js:144:22``."""
    return named(code.type, code.name, is_function=code.is_function)
