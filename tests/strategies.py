"""Hypothesis strategies for profiles of every shape that the model allows."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import note
from hypothesis import strategies as st

from profkit.profile import (
    ABSENT,
    COUNT,
    NANOSECONDS,
    Action,
    Kind,
    Meta,
    Profile,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    Tier,
    ValueType,
)

# Few names in few places, so that recursion, equal names in two files and equal functions as
# several frames all happen often.
NAMES = ("main", "run", "handle", "logRequest", "write", "(anonymous)", "")
HOSTILE_NAMES = (
    "esc\x1b[31mred",
    "new\nline\ttab",
    "[bold]markup[/bold]",
    "<script>alert(1)</script>",
    "right\u202eto left",
    "semi;colon",
    "naïve 関数 🔥",
    "\x00\x07\x9b",
)
FILES = ("", "/srv/app/server.js", "/srv/app/node_modules/morgan/index.js", "node:fs", "app.py")
KINDS = tuple(Kind)

HOSTILE_VALUE_TYPE = ValueType("pages\x1b[31m", "kilo\nbytes\u202e")
VALUE_TYPES = (
    ValueType("samples", COUNT),
    ValueType("cpu", NANOSECONDS),
    ValueType("allocated", "bytes"),
)

LEDGER_ROWS = (
    (Action.READ, "lines", "", 0),
    (Action.USED, "ticks", "sampled", 12),
    (Action.DROPPED, "frames", "unknown address", 3, "line 17"),
)


def stacks(frames: int, *, max_stacks: int = 12, max_depth: int = 8) -> st.SearchStrategy:
    """Draw stacks: each from the root to the leaf, of frame numbers less than ``frames``."""
    stack = st.lists(st.integers(0, frames - 1), min_size=1, max_size=max_depth)
    return st.lists(stack, max_size=max_stacks)


@st.composite
def profiles(
    draw: st.DrawFn,
    *,
    hostile: bool = False,
    max_functions: int = 8,
    max_stacks: int = 12,
    max_depth: int = 8,
    max_threads: int = 3,
    times: bool | None = None,
    min_value: int = 0,
    max_value: int = 10**9,
) -> Profile:
    """Draw valid profiles: tables, a tree, threads with samples, one to three value types.

    ``hostile`` adds names, of value types too, that must be escaped wherever they are shown;
    ``times`` says whether samples have a time (None: either); values lie from ``min_value`` to
    ``max_value``. The profile may be empty of stacks, samples or threads.
    """
    builder = ProfileBuilder()
    names = st.sampled_from(NAMES + HOSTILE_NAMES if hostile else NAMES)
    files = st.sampled_from(FILES + HOSTILE_NAMES if hostile else FILES)
    lines = st.sampled_from((ABSENT, 1, 144))
    functions = [
        builder.function(
            draw(names),
            draw(files),
            draw(lines),
            draw(st.sampled_from((ABSENT, 1))),
            draw(st.sampled_from(KINDS)),
            draw(st.sampled_from(("", "morgan", "(app)"))),
        )
        for _ in range(draw(st.integers(1, max_functions)))
    ]
    frames = [
        builder.frame(function, draw(lines), tier=tier)
        for function in functions
        for tier in draw(st.sets(st.sampled_from(tuple(Tier)), min_size=1, max_size=2))
    ]
    frames = sorted(set(frames))
    drawn = draw(stacks(len(frames), max_stacks=max_stacks, max_depth=max_depth))
    tree, _ = StackTree.from_stacks(
        np.array([len(stack) for stack in drawn], np.int64),
        np.array([frames[i] for stack in drawn for i in stack], np.int64),
    )
    value_types = VALUE_TYPES[: draw(st.integers(1, len(VALUE_TYPES)))]
    if hostile and draw(st.booleans()):
        value_types = (HOSTILE_VALUE_TYPE, *value_types)
    timed = draw(st.booleans()) if times is None else times
    value = st.integers(min_value, max_value)
    threads = [
        draw(_threads(number, len(tree), len(value_types), value, timed=timed))
        for number in range(draw(st.integers(0, max_threads)))
    ]
    builder.ledger.add(*draw(st.sampled_from(LEDGER_ROWS)))
    texts = st.sampled_from(("", "eager", "wrong map", *(HOSTILE_NAMES if hostile else ())))
    for _ in range(draw(st.integers(0, 4))):
        function = draw(st.sampled_from((ABSENT, *functions)))
        builder.deopt(function, draw(texts), draw(texts), draw(texts), draw(st.integers(1, 9)))
    meta = Meta("random", "random.profile", start_time=0 if timed else None)
    profile = builder.finish(meta, value_types, tree, threads)
    # What is printed of an example that fails, for a profile's own repr is short.
    note({table.name: getattr(profile, table.name) for table in fields(profile)})
    return profile


@st.composite
def _threads(
    draw: st.DrawFn, number: int, nodes: int, value_types: int, value: st.SearchStrategy, *, timed
) -> Thread:
    count = draw(st.integers(0, 12)) if nodes else 0
    node = draw(st.lists(st.integers(0, max(nodes - 1, 0)), min_size=count, max_size=count))
    size = count * value_types
    values = draw(st.lists(value, min_size=size, max_size=size))
    moments = draw(st.lists(st.integers(0, 10**10), min_size=count, max_size=count))
    samples = SampleTable(
        np.array(node, np.int32),
        np.array(values, np.int64).reshape(count, value_types),
        np.array(sorted(moments), np.int64) if timed else None,
        np.array(draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)), np.int8)
        if draw(st.booleans())
        else None,
    )
    return Thread(draw(st.sampled_from(("", "main", "worker"))), samples, 1, number)
