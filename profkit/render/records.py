"""Views as plain data for JSON: the parts that all of them share.

Names stay as the profile has them; JSON's own escapes (all but ASCII is escaped) make the text
safe to print.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from profkit.profile import ABSENT, Kind, function_name, short_place

if TYPE_CHECKING:
    from profkit.profile import Extent, Profile

__all__ = ["function_record", "known", "steps_record", "to_json", "view_record"]


def to_json(record: dict[str, Any]) -> str:
    """Return a record as JSON text that ends in a line end."""
    return json.dumps(record, indent=2) + "\n"


def view_record(
    view: str, profile: Profile, value_type: int, *, total: int, **rest: object
) -> dict[str, Any]:
    """Return what every view's record begins with, then the view's own ``rest``."""
    kind = profile.value_types[value_type]
    return {
        "view": view,
        "profile": profile_record(profile),
        "valueType": {"type": kind.type, "unit": kind.unit},
        "total": total,
        **steps_record(profile, value_type),
        **rest,
    }


def steps_record(profile: Profile, value_type: int | None = None) -> dict[str, Any]:
    """Return the steps that a profile went through as ``steps``; nothing where there were none.

    Their totals are those of a value type, or lists of those of all.
    """
    if not profile.applied:
        return {}

    def extent(found: Extent) -> dict[str, Any]:
        sums: dict[str, Any] = {"total": found.values, "idle": found.idle}
        if value_type is not None:
            sums = {name: column[value_type] for name, column in sums.items()}
        return {"samples": found.samples, **sums}

    steps = [
        {
            "name": done.name,
            "arguments": list(done.arguments),
            "matched": done.matched,
            "before": extent(done.before),
            "after": extent(done.after),
        }
        for done in profile.applied
    ]
    return {"steps": steps}


def profile_record(profile: Profile) -> dict[str, Any]:
    """Return what a profile says of itself."""
    meta = profile.meta
    return {
        "source": meta.source,
        "format": meta.format,
        "producer": meta.producer or None,
        "startTime": meta.start_time,
        "endTime": meta.end_time,
        "interval": meta.interval,
        "samples": profile.sample_count,
        "threads": len(profile.threads),
    }


def function_record(profile: Profile, function: int) -> dict[str, Any]:
    """Return a function: its name, where it begins (null where unknown), kind and package."""
    functions = profile.functions
    return {
        "name": function_name(profile, function),
        "place": short_place(profile, function),
        "file": profile.text(int(functions.file[function])) or None,
        "line": known(int(functions.line[function])),
        "column": known(int(functions.column[function])),
        "kind": Kind(functions.kind[function]).label,
        "package": profile.text(int(functions.package[function])) or None,
    }


def known(number: int) -> int | None:
    """Return a number, None for the one that stands for what is absent."""
    return None if number == ABSENT else number
