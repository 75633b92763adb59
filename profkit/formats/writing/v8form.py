"""A thread as V8's profiler would have written it: what ``.cpuprofile`` and Chrome traces share.

Source: the types ``Profiler.Profile`` and ``Profiler.ProfileNode`` of the Chrome DevTools Protocol.
Nodes are functions, below one ``(root)``; times are whole microseconds, lines and columns count
from 0. What the garbage collector took of the stack that it interrupted is a call of the root
again, and while nothing was sampled the thread is ``(idle)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

from profkit.formats.interning import Numbered
from profkit.formats.writing.contents import count_type
from profkit.formats.writing.jsonpieces import string
from profkit.formats.writing.timeline import lay_out, weights
from profkit.profile import ABSENT, ANONYMOUS, Kind, StackTree, function_name

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile, Thread
    from profkit.profile.columns import IndexColumn

    Ints = npt.NDArray[np.int64]

__all__ = ["ROOT", "CallFrames", "V8Profile", "v8_profile"]

ROOT = '{"functionName":"(root)","scriptId":"0","url":"","lineNumber":-1,"columnNumber":-1}'
"""The call frame of the node whose id is 1."""

_PER_MICROSECOND = 1000
_IDLE = ROOT.replace("(root)", "(idle)")
_FIRST_ID = 2


@dataclass(frozen=True, slots=True)
class V8Profile:
    """Nodes, of shape ``(nodes,)``, and samples, of shape ``(samples,)``.

    A node's id is its row plus 2, and ``parent`` is an id; ``call_frame`` indexes ``call_frames``,
    which are JSON. ``samples`` are ids, ``hits`` what each sample counts, ``line`` the line that it
    ran, -1 where unknown. ``deltas`` are microseconds, the first one from ``start``, and ``end`` is
    when the last sample ends.
    """

    call_frames: tuple[str, ...]
    parent: Ints
    call_frame: Ints
    samples: Ints
    hits: Ints
    line: Ints
    deltas: Ints
    start: int
    end: int

    def __len__(self) -> int:
        return len(self.parent)


class CallFrames:
    """The call frames of a profile's functions, in JSON; ``texts`` has each once.

    ``of_function`` (shape ``(functions,)``) are their numbers there, ``idle`` is that of
    ``(idle)``.
    """

    def __init__(self, profile: Profile) -> None:
        texts, scripts = Numbered[str](), Numbered[str]({"": 0})
        functions = range(len(profile.functions))
        self.of_function = np.array(
            [texts[_call_frame(profile, function, scripts)] for function in functions], np.int64
        )
        self.idle = texts[_IDLE]
        self.texts = tuple(texts)


def v8_profile(
    profile: Profile,
    thread: Thread,
    value_type: int | None,
    call_frames: CallFrames,
    *,
    later: int = 0,
) -> V8Profile:
    """Put a thread into V8's form, with its times so many nanoseconds later.

    Raises :class:`UsageError` where values are negative.
    """
    timeline = lay_out(profile, thread, value_type)
    known = timeline.row != ABSENT
    rows = timeline.row[known]
    node = np.full(len(known), ABSENT, np.int64)
    node[known] = thread.samples.node[rows]
    counted = count_type(profile, value_type)
    hits = np.ones(len(known), np.int64)
    if counted is not None:
        # A sample for which no hit stands would be taken for one that V8 adds.
        hits[known] = np.maximum(weights(profile, thread, counted), 1)
    line = np.full(len(known), ABSENT, np.int64)
    line[known] = profile.frames.line[profile.tree.frame[node[known]]]

    tree, samples = _build_tree(profile, node, call_frames)
    time = _in_microseconds(timeline.begin + later)
    told = profile.meta.start_time
    first = timeline.start if told is None else min(told, timeline.start)
    start = _in_microseconds(first + later)
    return V8Profile(
        call_frames=call_frames.texts,
        parent=tree.parent + np.int64(_FIRST_ID),
        call_frame=tree.frame.astype(np.int64),
        samples=samples + np.int64(_FIRST_ID),
        hits=hits,
        line=line,
        deltas=np.diff(time, prepend=start),
        start=int(start),
        end=int(_in_microseconds(timeline.end + later)),
    )


def _in_microseconds(nanoseconds: Ints | int) -> Ints:
    return (np.asarray(nanoseconds, np.int64) + _PER_MICROSECOND // 2) // _PER_MICROSECOND


def _call_frame(profile: Profile, function: int, scripts: Numbered[str]) -> str:
    functions = profile.functions
    name = function_name(profile, function)
    file = profile.text(int(functions.file[function]))
    line, column = (
        int(place[function]) - 1 if place[function] != ABSENT else -1
        for place in (functions.line, functions.column)
    )
    return (
        f'{{"functionName":{string("" if name == ANONYMOUS else name)},'
        f'"scriptId":"{scripts[file]}",'
        f'"url":{string(_url(file))},"lineNumber":{line},"columnNumber":{column}}}'
    )


def _url(file: str) -> str:
    """Return an absolute path as the URL that Node gives it; all else is one already, or none."""
    return "file://" + quote(file, errors="backslashreplace") if file.startswith("/") else file


def _build_tree(
    profile: Profile, node: Ints, call_frames: CallFrames
) -> tuple[StackTree, IndexColumn]:
    """Return the tree of what the samples need, and each sample's place in it.

    ``node`` is -1 where nothing was sampled.
    """
    parent = np.append(profile.tree.parent, ABSENT).astype(np.int64)
    frame = np.append(call_frames.of_function[profile.function_of_node], call_frames.idle)
    node = np.where(node == ABSENT, len(profile.tree), node)
    kind = np.append(profile.kind_of_node, Kind.IDLE)
    collector = _collector(profile)
    if collector is not None:
        parent = np.append(parent, ABSENT)
        frame = np.append(frame, call_frames.of_function[collector])
        node = _lift_collections(node, parent, kind == Kind.GC)
    used = np.zeros(len(parent), bool)
    used[node] = True
    own = np.bincount(node[node < len(profile.tree)], minlength=len(profile.tree))
    used[: len(profile.tree)] = profile.tree.totals(own.astype(np.int64)) > 0
    row = np.append(np.cumsum(used) - 1, ABSENT)
    tree, place = StackTree.from_parents(row[parent[used]], frame[used])
    return tree, place[row[node]]


def _collector(profile: Profile) -> int | None:
    """Return the function that stands for the garbage collector, where there is one."""
    found = np.flatnonzero(profile.functions.kind == Kind.GC)
    return int(found[0]) if len(found) else None


def _lift_collections(node: Ints, parent: Ints, is_collector: npt.NDArray[np.bool_]) -> Ints:
    """Make collections of the stack that was sampled just before calls of the root.

    The last row of ``parent`` is the root's collector.
    """
    collects = np.append(is_collector, True)[node]
    rows = np.arange(len(node))
    before = np.maximum.accumulate(np.where(collects, -1, rows))
    interrupted = np.where(before >= 0, node[before], ABSENT)
    lifted = collects & (interrupted != ABSENT) & (parent[node] == interrupted)
    return np.where(lifted, len(parent) - 1, node)
