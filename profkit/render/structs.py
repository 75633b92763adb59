"""The members that records of views have in common, as Structs; JSON has them in camelCase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from profkit.render.records import function_record, profile_record

if TYPE_CHECKING:
    from profkit.profile import Profile

__all__ = [
    "FunctionRecord",
    "MeasuredRecord",
    "ProfileRecord",
    "Record",
    "ValueTypeRecord",
    "begin",
    "function_members",
    "members",
]


class Record(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """An object of the JSON text."""


class ProfileRecord(Record, frozen=True, kw_only=True):
    """The profile that a view is of."""

    source: str
    format: str
    producer: str | None
    start_time: int | None
    end_time: int | None
    interval: int | None
    samples: int
    threads: int


class ValueTypeRecord(Record, frozen=True, kw_only=True):
    """What the figures measure."""

    type: str
    unit: str


class MeasuredRecord(Record, tag_field="view", frozen=True, kw_only=True):
    """What the record of a view of one value begins with."""

    profile: ProfileRecord
    value_type: ValueTypeRecord
    total: int
    """The whole, in the unit of valueType: what 100 % is."""


class FunctionRecord(Record, frozen=True, kw_only=True):
    """A function: what it is called, and where it begins."""

    name: str
    place: str
    file: str | None
    line: int | None
    column: int | None
    kind: str
    package: str | None


def begin(profile: Profile, value_type: int) -> dict[str, Any]:
    """Return the members that the record of every view of one value begins with, but ``total``."""
    kind = profile.value_types[value_type]
    return {
        "profile": msgspec.convert(profile_record(profile), ProfileRecord),
        "value_type": ValueTypeRecord(type=kind.type, unit=kind.unit),
    }


def function_members(profile: Profile, function: int) -> dict[str, Any]:
    """Return the members of a :class:`FunctionRecord`."""
    return function_record(profile, function)


def members(record: Record) -> dict[str, Any]:
    """Return a record as plain data, for :func:`~profkit.render.records.to_json`."""
    plain: dict[str, Any] = msgspec.to_builtins(record)
    return plain
