"""Records as rows of plain values, for CSV: exact, in base units, with nothing cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import msgspec
from msgspec.structs import fields

from profkit.render.records.shared import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from profkit.render.records.shared import ValueTypeRecord

__all__ = ["Rows", "members_one_by_one", "rows_with_unit"]

Rows = tuple["Sequence[str]", "Sequence[Sequence[object]]"]
"""A header, and as many values in each row; None for what is not known."""


def rows_with_unit(
    rows: Sequence[Record], row_type: type[Record], value_type: ValueTypeRecord
) -> Rows:
    """Return rows of one type as a table: a column for each member, and the unit in the last one.

    The members of a member are columns as well, as ``function.name``. A member that rows may be
    without is no column where all of them are.
    """
    flat = [dict(_leaves(msgspec.to_builtins(row))) for row in rows]
    there = {name for row in flat for name in row}
    header = [
        name
        for name, is_optional in _columns(row_type)
        if name in there or not (is_optional and rows)
    ]
    return [*header, "unit"], [
        [*(row.get(name) for name in header), value_type.unit] for row in flat
    ]


def members_one_by_one(record: Record) -> Rows:
    """Return a record as one value a row: its table, the row in that, the member and the value."""
    found: list[Sequence[object]] = []
    for name, content in msgspec.to_builtins(record).items():
        if isinstance(content, list):
            found += [(name, n, *leaf) for n, row in enumerate(content) for leaf in _leaves(row)]
        else:
            found += [(name, None, *leaf) for leaf in _leaves(content)]
    return ("table", "row", "member", "value"), found


def _leaves(content: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Yield what stands at the ends of nested objects and lists, each with its path."""
    within: dict[str, object] | None = None
    if isinstance(content, dict):
        within = content
    elif isinstance(content, list):
        within = {str(number): item for number, item in enumerate(content)}
    if within is None:
        yield name, content
        return
    for key, item in within.items():
        yield from _leaves(item, f"{name}.{key}" if name else key)


def _columns(row_type: type[Record], before: str = "") -> Iterator[tuple[str, bool]]:
    """Yield the names that :func:`_leaves` gives to a type's members, and which may be missing."""
    for member in fields(row_type):
        name = f"{before}{member.encode_name}"
        for kind in (member.type, *get_args(member.type)):
            if isinstance(kind, type) and issubclass(kind, Record):
                yield from _columns(kind, f"{name}.")
                break
        else:
            yield name, msgspec.UnsetType in get_args(member.type)
