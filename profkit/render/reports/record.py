"""A verdict as JSON: the record that ``profkit check --json`` writes too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.render.records import record_of
from profkit.render.records.shared import to_json

if TYPE_CHECKING:
    from profkit.gate.checkout import Checkout
    from profkit.gate.verdict import Verdict

__all__ = ["render"]


def render(verdict: Verdict, _checkout: Checkout) -> str:
    """Return everything that the verdict has; names and paths are the profile's own."""
    return to_json(record_of("check", verdict))
