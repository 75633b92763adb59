"""speedscope JSON, written: a ``sampled`` profile for each thread and value.

Frames are functions, with the place where they begin, since speedscope takes a frame's line for
part of the function. While a thread has no samples its stack is empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit._version import __version__
from profkit.formats.decimals import UNITS, in_decimals
from profkit.formats.interning import Numbered
from profkit.formats.writing.contents import source_names, time_type
from profkit.formats.writing.jsonpieces import array, joined, string
from profkit.formats.writing.stacks import stacks
from profkit.formats.writing.timeline import lay_out, weights
from profkit.profile import ABSENT, COUNT, NANOSECONDS, StackTree, function_name, thread_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from profkit.profile import Profile, Thread

    Ints = npt.NDArray[np.int64]

__all__ = ["write"]

_SCHEMA = "https://www.speedscope.app/file-format-schema.json"
_UNITS = {NANOSECONDS: "nanoseconds", "bytes": "bytes"}
_FRAMES = 1 << 22  # so many are put together at once
_PIECE = 1 << 12


def write(profile: Profile, value_type: int | None) -> Iterator[bytes]:
    """Yield the file in pieces: all values, or one.

    Raises :class:`~profkit.errors.UsageError` where a value is negative.
    """
    frames = Numbered[str]()
    frame_of = np.array(
        [frames[_frame(profile, function)] for function in range(len(profile.functions))], np.int64
    )
    tree, place = StackTree.from_parents(profile.tree.parent, frame_of[profile.function_of_node])
    words = [str(frame) for frame in tree.frame.tolist()]
    source = string(source_names(profile))
    yield f'{{"$schema":{string(_SCHEMA)},"exporter":"profkit@{__version__}"'.encode()
    yield f',"name":{source},"shared":{{"frames":'.encode()
    yield from joined(frames)
    yield b'},"profiles":['
    for order, (thread, number, name) in enumerate(_profiles(profile, value_type)):
        row, weight, start = _measure(profile, thread, number)
        unit = profile.value_types[number].unit
        yield b"," if order else b""
        yield (
            f'{{"type":"sampled","name":{string(name)},"unit":"{_UNITS.get(unit, "none")}",'
            f'"startValue":{start},"endValue":{in_decimals(start + int(weight.sum()), unit)},'
            '"samples":'
        ).encode()
        node = place[thread.samples.node].astype(np.int64)
        yield from _stacks(tree, node, row, words)
        yield b',"weights":'
        yield from _numbers(weight, unit)
        yield b"}"
    yield b"]}\n"


def _frame(profile: Profile, function: int) -> str:
    functions = profile.functions
    parts = [f'"name":{string(function_name(profile, function))}']
    if file := profile.text(int(functions.file[function])):
        parts.append(f'"file":{string(file)}')
    for key, column in (("line", functions.line), ("col", functions.column)):
        if column[function] != ABSENT:
            parts.append(f'"{key}":{column[function]}')
    return "{" + ",".join(parts) + "}"


def _profiles(profile: Profile, value_type: int | None) -> Iterator[tuple[Thread, int, str]]:
    """Yield the profiles of the file: a thread, one of its values, and a name for both."""
    wanted = range(len(profile.value_types)) if value_type is None else (value_type,)
    for thread in profile.threads:
        if not len(thread.samples):
            continue
        present = [n for n in wanted if thread.samples.values[:, n].any()] or [wanted[0]]
        for number in present:
            kind = profile.value_types[number].type
            yield thread, number, _name(thread, "" if number == present[0] else f" ({kind})")


def _name(thread: Thread, suffix: str) -> str:
    """Name a thread as py-spy does, so that its numbers are there."""
    if thread.thread_id < 0:
        return thread_name(thread) + suffix
    process = f"Process {thread.process_id} " if thread.process_id >= 0 else ""
    name = f' "{thread.name}{suffix}"' if thread.name or suffix else ""
    return f"{process}Thread {thread.thread_id}{name}"


def _measure(profile: Profile, thread: Thread, number: int) -> tuple[Ints, Ints, int]:
    """Return the samples' rows, -1 for none, their weights, and where the first begins."""
    if time_type(profile, number) is None:
        weight = weights(profile, thread, number)
        return np.arange(len(weight)), weight, 0
    timeline = lay_out(profile, thread, number)
    return timeline.row, timeline.duration, timeline.start


def _numbers(column: Ints, unit: str) -> Iterator[bytes]:
    if unit in UNITS.values() and unit != COUNT:
        return joined(in_decimals(value, unit) for value in column.tolist())
    return array(column)


def _stacks(tree: StackTree, node: Ints, row: Ints, words: list[str]) -> Iterator[bytes]:
    """Yield the samples' stacks. Each that repeats among some thousands is put together once."""
    yield b"["
    nodes = np.where(row == ABSENT, ABSENT, node[row])
    depth = float(np.mean(tree.depth[node])) + 1
    size = max(int(_FRAMES / depth), 1)
    for start in range(0, len(nodes), size):
        piece = nodes[start : start + size]
        text = {
            leaf: f"[{','.join(stack)}]"
            for leaf, stack in stacks(tree, np.unique(piece[piece != ABSENT]).tolist(), words)
        }
        text[ABSENT] = "[]"
        for at in range(0, len(piece), _PIECE):
            comma = "," if start or at else ""
            texts = map(text.__getitem__, piece[at : at + _PIECE].tolist())
            yield (comma + ",".join(texts)).encode()
    yield b"]"
