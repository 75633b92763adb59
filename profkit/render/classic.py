"""The report of ``node --prof-process``, in that tool's own text layout.

Source: V8's ``tools/tickprocessor.mjs`` (``printStatistics`` and what it calls).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from profkit.views.ticks import TickReport

__all__ = ["classic_text"]


def classic_text(
    report: TickReport,
    source: str,
    *,
    only_summary: bool = False,
    labelled: Callable[[str], str] = str,
) -> str:
    """Return the report of a log named ``source``, byte for byte as Node prints it.

    ``only_summary`` leaves out all but the summary; ``labelled`` makes of a function's label what
    is printed.
    """
    ticks = report.total + report.excluded
    counts = f"{ticks} ticks, {report.unaccounted} unaccounted, {report.excluded} excluded"
    lines = [f"Statistical profiling result from {source}, ({counts})."]
    if ticks:
        if not only_summary:
            lines += _sections(report, labelled)
        lines += _summary(report)
        if not only_summary:
            lines += _callers(report, labelled)
    return "".join(f"{line}\n" for line in lines)


def _sections(report: TickReport, labelled: Callable[[str], str]) -> Iterator[str]:
    total, rest = report.whole, report.non_library
    for title, rows, others in (
        ("Shared libraries", report.libraries, None),
        ("JavaScript", report.javascript, rest),
        ("C++", report.native, rest),
    ):
        yield from _header(title)
        yield from (_line(labelled(row.label), row.value, total, others) for row in rows)


def _summary(report: TickReport) -> Iterator[str]:
    total, rest = report.whole, report.non_library
    yield from _header("Summary")
    yield _line("JavaScript", sum(row.value for row in report.javascript), total, rest)
    yield _line("C++", sum(row.value for row in report.native), total, rest)
    yield _line("GC", report.collecting, total, rest)
    yield _line("Shared libraries", report.library_total, total, None)
    if report.unaccounted and not report.options.ignore_unknown:
        yield _line("Unaccounted", report.unaccounted, total, None)


def _callers(report: TickReport, labelled: Callable[[str], str]) -> Iterator[str]:
    yield "\n [C++ entry points]:"
    yield "   ticks    cpp   total   name"
    entered = sum(row.value for row in report.entries)
    yield from (_line(row.label, row.value, entered, report.whole) for row in report.entries)
    yield "\n [Bottom up (heavy) profile]:"
    yield "  Note: percentage shows a share of a particular caller in the total"
    yield "  amount of its parent calls."
    least = _fixed(report.options.min_share * 100)
    yield f"  Callers occupying less than {least}% are not shown.\n"
    yield "   ticks parent  name"
    for number, row in enumerate(report.callers):
        if not row.depth and number:
            yield ""
        share = _fixed(row.value / row.of_parent * 100.0) if row.of_parent else "Infinity"
        yield f"  {row.value:>5}  {share:>5}%  {'  ' * row.depth}{labelled(row.label)}"
    if report.callers:
        yield ""


def _header(title: str) -> Iterable[str]:
    return f"\n [{title}]:", "   ticks  total  nonlib   name"


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
