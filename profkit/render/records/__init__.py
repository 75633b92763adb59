"""Views as records: what ``--json`` writes, and a schema describes, one module a view.

A record is a msgspec Struct that says what each of its members means; ``docs/reference/schemas``
is made from it. Nothing here imports msgspec before a record is asked for: a table does not need
it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from profkit.render.records.shared import AnswerRecord

__all__ = ["RECORDS", "KnownRecord", "record_of", "record_type"]


class KnownRecord(NamedTuple):
    """A view's record: the view's name, which is its command's too, its module and its class.

    A command of a command is joined to it by a hyphen.
    """

    view: str
    module: str
    type: str


RECORDS = (
    KnownRecord("process", "ticks", "TicksRecord"),
    KnownRecord("top", "ranking", "RankingRecord"),
    KnownRecord("heavy", "calltree", "HeavyRecord"),
    KnownRecord("tree", "calltree", "TreeRecord"),
    KnownRecord("butterfly", "butterfly", "ButterflyRecord"),
    KnownRecord("lines", "lines", "LinesRecord"),
    KnownRecord("timeline", "timeline", "TimelineRecord"),
    KnownRecord("flame", "flame", "FlameRecord"),
    KnownRecord("deopts", "deopts", "DeoptsRecord"),
    KnownRecord("history-show", "history", "TrendsRecord"),
    KnownRecord("history-changes", "history", "ChangesRecord"),
    KnownRecord("history-list", "history", "HistoryRecord"),
    KnownRecord("info", "info", "InfoRecord"),
    KnownRecord("check", "check", "CheckRecord"),
    KnownRecord("baseline", "gate", "BaselineRecord"),
    KnownRecord("calibrate", "gate", "CalibrationRecord"),
    KnownRecord("diff", "diff", "DiffRecord"),
    KnownRecord("diff-tree", "diff", "DiffTreeRecord"),
)
"""A new view has its line here."""


def record_type(view: str) -> type[AnswerRecord]:
    """Return the class of a view's record. Raises :class:`KeyError` for a view without one."""
    known = {one.view: one for one in RECORDS}[view]
    module = import_module(f"{__name__}.{known.module}")
    return cast("type[AnswerRecord]", getattr(module, known.type))


def record_of(view: str, *content: object, **options: object) -> AnswerRecord:
    """Return the record of a view, made by its class's own ``of()`` from ``content``.

    That is the profile and the view, and for some views more.
    """
    return record_type(view).of(*content, **options)
