"""The layout of flame graphs: what stands where, as columns of whole numbers.

A flame graph merges all stacks from the root on: a box is a function below one chain of callers,
as wide as the time in which that chain was on the stack. Brendan Gregg's "The Flame Graph" (ACM
Queue 14(2), 2016) is the source of the idea. Turned over (``heavy``) it begins with the functions
that the time was spent in; a flame chart (``chart``) has the stacks in the order of time.
"""

from profkit.views.flame.difference import flame_difference
from profkit.views.flame.graph import (
    FlameChange,
    FlameGraph,
    FlameOptions,
    FlamePart,
    Layout,
    WidthBy,
)
from profkit.views.flame.parts import flame

__all__ = [
    "FlameChange",
    "FlameGraph",
    "FlameOptions",
    "FlamePart",
    "Layout",
    "WidthBy",
    "flame",
    "flame_difference",
]
