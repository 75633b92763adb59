"""Texts cut to the room that there is, and made fit for XML."""

from __future__ import annotations

import html

__all__ = ["fit", "fit_middle", "fit_path", "xml"]

_LEAST_CELLS = 3
_LAST_NARROW_LETTER = "\u10ff"


def fit(text: str, cells: float) -> str:
    """Shorten a text to so many cells, from its end; in less than three there is nothing to say.

    East Asian letters and emoji take two cells. ``flame/draw.js`` does the same.
    """
    if cells < _LEAST_CELLS:
        return ""
    if len(text) <= cells and text.isascii():
        return text
    room = cells
    for position, letter in enumerate(text):
        room -= _cells(letter)
        if room < 0:
            kept = position
            room += _cells(letter)
            while room < 1:
                kept -= 1
                room += _cells(text[kept])
            return f"{text[:kept]}…"
    return text


def _cells(letter: str) -> int:
    return 2 if letter > _LAST_NARROW_LETTER else 1


def fit_path(text: str, letters: float) -> str:
    """Shorten a path from its beginning: the end tells more."""
    return text if len(text) <= letters else f"…{text[1 - max(_LEAST_CELLS, int(letters)) :]}"


def fit_middle(text: str, letters: float) -> str:
    """Shorten a text in its middle: a path's end tells more, but a share's beginning does."""
    if len(text) <= letters:
        return text
    half = max(int(letters / 2) - 1, 1)
    return f"{text[:half]}…{text[-half:]}"


def xml(text: str) -> str:
    """Return an escaped name as XML text; XML holds two more characters to be unfit."""
    return html.escape(text, quote=False).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
