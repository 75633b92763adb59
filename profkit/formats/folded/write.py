r"""Folded stacks, written: one line a stack and thread, in the order of the call tree.

Labels are those that the reader takes apart again. What would end a label or a line is replaced: a
semicolon by a colon, as FlameGraph's own scripts do, control characters by ``\x0a`` and the like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.decimals import in_decimals
from profkit.formats.interning import Numbered
from profkit.formats.writing.jsonpieces import valid
from profkit.formats.writing.owners import numbered_threads
from profkit.formats.writing.stacks import stacks
from profkit.formats.writing.timeline import weights
from profkit.profile import ABSENT, StackTree, function_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profkit.profile import Profile, Thread

__all__ = ["write"]

_PIECE = 1 << 12
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_REPLACED = str.maketrans({**_CONTROLS, ord(";"): ":"})
# A count at the end of a label would be taken for the line's second one.
_COUNT_AT_END = re.compile(r"\s(?=[\d.]+$)")


def write(profile: Profile, value_type: int | None) -> Iterator[bytes]:
    """Yield the lines. Stacks of equal labels become one.

    Raises :class:`~profkit.errors.UsageError` where a value is negative.
    """
    number = value_type or 0
    labels = Numbered[bytes]()
    label_of = np.array(
        [labels[label(profile, frame)] for frame in range(len(profile.frames))], np.int64
    )
    tree, place = StackTree.from_parents(profile.tree.parent, label_of[profile.tree.frame])
    texts = list(labels)
    words = [texts[number] for number in tree.frame.tolist()]
    threads = numbered_threads(profile)
    unit = profile.value_types[number].unit
    processes = {process for _, process, _ in threads}
    for thread, process, own in threads:
        root = _owner(thread, process, own, len(processes)) if len(threads) > 1 else b""
        count = np.zeros(len(tree), np.int64)
        nodes = place[thread.samples.node]
        np.add.at(count, nodes, weights(profile, thread, number))
        yield from _lines(tree, np.unique(nodes).tolist(), words, count, root, unit)


def _lines(
    tree: StackTree,
    nodes: list[int],
    words: list[bytes],
    count: np.ndarray,
    root: bytes,
    unit: str,
) -> Iterator[bytes]:
    lines: list[bytes] = []
    for node, stack in stacks(tree, nodes, words):
        value = in_decimals(int(count[node]), unit).encode()
        lines.append(b"%s%s %s\n" % (root, b";".join(stack), value))
        if len(lines) == _PIECE:
            yield b"".join(lines)
            lines = []
    yield b"".join(lines)


def label(profile: Profile, frame: int) -> bytes:
    """Return what stands for a frame: its name, and its place as V8 or py-spy writes it."""
    function = int(profile.frames.function[frame])
    functions = profile.functions
    name, file = function_name(profile, function), profile.text(int(functions.file[function]))
    begin, line = int(functions.line[function]), int(profile.frames.line[frame])
    text = name
    if file and begin != ABSENT:
        text = f"{name} {file}:{begin}{_suffix(int(functions.column[function]))}"
    elif file and line != ABSENT:
        text = f"{name} ({file}:{line}{_suffix(int(profile.frames.column[frame]))})"
    elif file:
        text = f"{name} ({file})"
    return _escaped(text)


def _suffix(column: int) -> str:
    return f":{column}" if column != ABSENT else ""


def _escaped(text: str) -> bytes:
    text = valid(text).translate(_REPLACED)
    if text.startswith("#") and not text.startswith("#<"):
        text = "\\x23" + text[1:]  # or the line would be a comment
    return _COUNT_AT_END.sub(r"\\x20", text).encode()


def _owner(thread: Thread, process: int, own: int, processes: int) -> bytes:
    """Return the frames by which py-spy names a thread, and with several processes those too."""
    name = f": {thread.name}" if thread.name else ""
    owner = _escaped(f"thread ({own}){name}") + b";"
    if processes > 1 or thread.process_name:
        owner = _escaped(f'process {process}:"{thread.process_name}"') + b";" + owner
    return owner
