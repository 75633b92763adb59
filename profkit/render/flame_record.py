"""A flame graph as plain data for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from profkit.render.records import function_record, view_record

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.views.flame import FlameGraph

__all__ = ["flame_record"]


def flame_record(profile: Profile, graph: FlameGraph) -> dict[str, Any]:
    """Return a flame graph as plain data: each function once, and the boxes that refer to them."""
    functions, row = np.unique(graph.function[1:], return_inverse=True)
    columns = (graph.depth, graph.x, graph.self_values, graph.total_values)
    rows = zip([None, *row.tolist()], *(column.tolist() for column in columns), strict=True)
    return view_record(
        "flame",
        profile,
        graph.options.value_type,
        total=graph.total,
        functions=[function_record(profile, function) for function in functions.tolist()],
        boxes=[
            {"function": function, "depth": depth, "x": x, "self": own, "total": whole}
            for function, depth, x, own, whole in rows
        ],
        omitted={"boxes": graph.pruned, "self": graph.pruned_self, "idle": graph.idle},
    )
