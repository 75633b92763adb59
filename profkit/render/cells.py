"""Cells that several tables show alike: functions, shares, bars, and the line above a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.profile import COUNT, Kind, function_name, short_place
from profkit.render.escape import escape
from profkit.render.tables import Paragraph
from profkit.render.values import count, percent, scale_of, share
from profkit.symbols.packages import APP, RUNTIMES

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.render.tables import Cell

__all__ = [
    "bar_cell",
    "function_cell",
    "heading",
    "heat",
    "kept",
    "notes",
    "place_cell",
    "plain",
    "share_cell",
]

_BAR_WIDTH = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HOT, _WARM, _COLD = 0.1, 0.03, 0.01


def plain(text: str, style: str = "") -> Cell:
    """Return a cell of one span, which must need no escaping; without a span for no text."""
    return ((text, style),) if text else ()


def function_cell(profile: Profile, function: int, value: int, total: int) -> Cell:
    """Return a function's name. One's own code and packages stand out, where their share is great.

    ``value`` is what the row is about, of ``total``.
    """
    package = profile.text(int(profile.functions.package[function]))
    if package == APP:
        style = "app"
    elif package and package not in RUNTIMES:
        style = "package"
    else:
        style = ""
    if style and heat(value, total) in ("hot", "warm"):
        style = f"{style}-hot"
    return ((escape(function_name(profile, function)), style),)


def place_cell(profile: Profile, function: int) -> Cell:
    """Return where a function is, or its kind in parentheses where it has no file."""
    place = short_place(profile, function)
    kind = Kind(profile.functions.kind[function])
    if not place and kind is not Kind.UNKNOWN:
        place = f"({kind.label})"
    return plain(escape(place), "place")


def share_cell(value: int, total: int) -> Cell:
    """Return a share in percent, in a colour that says how much it matters."""
    return ((share(value, total), heat(value, total)),)


def heat(value: int, total: int) -> str:
    """Return the style that says how much a value matters: hot, warm, none or cold."""
    part = abs(value / total) if total else 0.0
    return "hot" if part >= _HOT else "warm" if part >= _WARM else "" if part >= _COLD else "cold"


def bar_cell(value: int, greatest: int, total: int) -> Cell:
    """Return a bar that is eight columns long for the greatest value."""
    eighths = round(8 * _BAR_WIDTH * max(value, 0) / greatest) if greatest > 0 else 0
    full, rest = divmod(eighths, 8)
    return plain("█" * full + (_EIGHTHS[rest] if rest else ""), heat(value, total))


def heading(
    profile: Profile, value_type: int, total: int, *, include_idle: bool = False
) -> Paragraph:
    """Return the line that says what a table is about: the file, its total, and what that is of."""
    kind = profile.value_types[value_type]
    whole = int(profile.self_values(value_type).sum())
    facts = [scale_of(kind, total).with_label(total)]
    if kind.unit != COUNT:
        facts[0] += f" {escape(kind.type)}"
        facts.append(count(profile.sample_count, "sample"))
    if len(profile.threads) > 1:
        facts.append(count(len(profile.threads), "thread"))
    if whole != total:
        facts.append(f"{percent(whole - total, whole)} idle left out")
    facts += kept(profile, value_type, include_idle=include_idle)
    return Paragraph([((escape(profile.meta.source), "title"), (f"  {', '.join(facts)}", "dim"))])


def kept(profile: Profile, value_type: int, *, include_idle: bool) -> list[str]:
    """Return what the steps that a profile went through left of the whole, if there were any."""
    if not profile.applied:
        return []
    whole = profile.applied[0].before.value(value_type, include_idle=include_idle)
    left = profile.applied[-1].after.value(value_type, include_idle=include_idle)
    scale = scale_of(profile.value_types[value_type], whole)
    words = escape(" ".join(done.words for done in profile.applied))
    return [f"{percent(left, whole)} of {scale.with_label(whole)} kept by {words}"]


def notes(*lines: str) -> Paragraph:
    """Return what is said below a table."""
    return Paragraph([((line, "dim"),) for line in lines])
