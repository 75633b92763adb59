"""A verdict as plain text: what the terminal shows, without colours and without a width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.render.text import to_text
from profkit.render.verdict import verdict_document

if TYPE_CHECKING:
    from profkit.gate.checkout import Checkout
    from profkit.gate.verdict import Verdict

__all__ = ["render"]


def render(verdict: Verdict, _checkout: Checkout) -> str:
    """Return the terminal's report, whole; paths are the profile's own."""
    return to_text(verdict_document(verdict))
