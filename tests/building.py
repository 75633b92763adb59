"""Small profiles written down by hand."""

from __future__ import annotations

import numpy as np

from profkit.profile import (
    COUNT,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
    validate,
)


def profile_of(*rows, value_type=None):
    """Make a profile of rows ``(stack, value)``.

    A stack is the functions from root to leaf, each the arguments of ``ProfileBuilder.function``:
    a tuple ``(name, file, line, column, kind, package)`` of which the end may be missing.
    """
    builder = ProfileBuilder()
    stacks = [[builder.frame(builder.function(*place)) for place in stack] for stack, _ in rows]
    tree, leaf = StackTree.from_stacks(
        np.array([len(stack) for stack in stacks], np.int64),
        np.array([frame for stack in stacks for frame in stack], np.int64),
    )
    samples = SampleTable(leaf, np.array([value for _, value in rows], np.int64))
    return validate(
        builder.finish(
            Meta("test", "test.profile"),
            [value_type or ValueType("samples", COUNT)],
            tree,
            [Thread("main", samples)],
        )
    )
