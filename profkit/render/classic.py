"""The report of ``node --prof-process``, in that tool's own text layout.

Source: V8's ``tools/tickprocessor.mjs`` (``printStatistics`` and what it calls).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from profkit.views.ticks import TickReport, TickRow

__all__ = ["classic_text"]


def classic_text(report: TickReport, source: str) -> str:
    """Return the report of a log named ``source``, byte for byte as Node prints it."""
    return "".join(f"{line}\n" for line in _lines(report, source))


def _lines(report: TickReport, source: str) -> Iterator[str]:
    total, rest = report.total, report.non_library
    yield (
        f"Statistical profiling result from {source}, "
        f"({total} ticks, {report.unaccounted} unaccounted, 0 excluded)."
    )
    if not total:
        return
    yield from _section("Shared libraries", report.libraries, total, None)
    yield from _section("JavaScript", report.javascript, total, rest)
    yield from _section("C++", report.native, total, rest)
    yield from _header("Summary")
    yield _line("JavaScript", sum(row.value for row in report.javascript), total, rest)
    yield _line("C++", sum(row.value for row in report.native), total, rest)
    yield _line("GC", report.collecting, total, rest)
    yield _line("Shared libraries", report.library_total, total, None)
    if report.unaccounted:
        yield _line("Unaccounted", report.unaccounted, total, None)
    yield "\n [C++ entry points]:"
    yield "   ticks    cpp   total   name"
    entered = sum(row.value for row in report.entries)
    yield from (_line(row.label, row.value, entered, total) for row in report.entries)
    yield "\n [Bottom up (heavy) profile]:"
    yield "  Note: percentage shows a share of a particular caller in the total"
    yield "  amount of its parent calls."
    least = _fixed(report.options.min_share * 100)
    yield f"  Callers occupying less than {least}% are not shown.\n"
    yield "   ticks parent  name"
    for number, row in enumerate(report.callers):
        if not row.depth and number:
            yield ""
        share = _fixed(row.value / row.of_parent * 100.0)
        yield f"  {row.value:>5}  {share:>5}%  {'  ' * row.depth}{row.label}"
    if report.callers:
        yield ""


def _header(title: str) -> Iterable[str]:
    return f"\n [{title}]:", "   ticks  total  nonlib   name"


def _section(
    title: str, rows: Iterable[TickRow], total: int, non_library: int | None
) -> Iterator[str]:
    yield from _header(title)
    yield from (_line(row.label, row.value, total, non_library) for row in rows)


def _line(label: str, value: int, total: int, non_library: int | None) -> str:
    of_rest = " " * 8 if non_library is None else f"{_percent(value, non_library):>5}%  "
    return f"  {value:>5}  {_percent(value, total):>5}%  {of_rest}{label}"


def _percent(value: int, whole: int) -> str:
    if not whole:
        return "Infinity" if value else "NaN"
    return _fixed(value * 100 / whole)


def _fixed(number: float) -> str:
    """Round to one decimal as JavaScript's ``toFixed``: the exact value, ties upwards."""
    return str(Decimal(number).quantize(Decimal("0.1"), ROUND_HALF_UP))
