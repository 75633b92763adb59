"""Names from a profile are hostile until escaped: what a terminal would obey is made visible."""

from __future__ import annotations

import re

__all__ = ["escape"]

_HOSTILE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0 and C1 controls: colours, cursor, titles, line ends
    "\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # unseen, bidi
    "\ud800-\udfff"  # lone surrogates, which no encoding takes
    "\U000e0000-\U000e007f"  # tags
    "]"
)


def escape(text: str) -> str:
    r"""Return ``text`` as it is safe to print on one line of a terminal.

    Control characters, bidi marks, invisible characters and lone surrogates become escapes as in
    a Python string: ``\x1b``, ``\u202e``.
    """
    return _HOSTILE.sub(_visible, text) if not text.isascii() or not text.isprintable() else text


def _visible(match: re.Match[str]) -> str:
    return ascii(match.group())[1:-1]
