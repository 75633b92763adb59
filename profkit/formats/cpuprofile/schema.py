"""The file's forms: nodes with children, nodes with parents, a nested head, all three wrapped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from profkit.errors import FormatError
from profkit.formats.cpuprofile.nesting import take_apart
from profkit.formats.jsontext import NULL, TooDeepError, decode, is_given, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from profkit.formats.cpuprofile.nesting import Cut

__all__ = ["NO_HITS", "CallFrame", "File", "Node", "TickedNode", "parse"]

NO_HITS = -1

# A quote within a string has a backslash before it, so that this stands between objects only.
_BETWEEN_NODES = re.compile(rb'\}\s*,\s*(?=\{\s*"id"\s*:)')
_BATCH = 1 << 22
_ITEM = re.compile(r"^\[(\d+)\]")

_WRAPPERS = (("result", "result"), ("profile", "profile"), ("cpu_profile", "cpuProfile"))

# Node's and Chrome's files of old give lines and columns 1-based where a head stands.
_HEAD_BASE = 1


class CallFrame(msgspec.Struct, rename="camel", gc=False):
    """A function: its name, its script's URL, and where it begins, 0-based and -1 if unknown."""

    script_id: int | str | None = None
    function_name: str | None = ""
    url: str | None = ""
    line_number: int | None = -1
    column_number: int | None = -1


class Node(msgspec.Struct, rename="camel", gc=False):
    """A node of the call tree; ``hit_count`` is :data:`NO_HITS` where the file has none.

    The call frame stays text: a file repeats a few thousand of them half a million times.
    """

    id: int
    call_frame: msgspec.Raw
    hit_count: Annotated[int, msgspec.Meta(ge=0)] = NO_HITS
    children: tuple[int, ...] = ()
    parent: int | None = None


class _Tick(msgspec.Struct, gc=False):
    line: int
    ticks: Annotated[int, msgspec.Meta(ge=0)]


class TickedNode(Node, gc=False):
    """A node with its ``position_ticks``: how many hits fell on a line, 1-based."""

    position_ticks: tuple[_Tick, ...] | None = ()


class _HeadNode(msgspec.Struct, rename="camel"):
    id: int
    script_id: int | str | None = None
    function_name: str | None = ""
    url: str | None = ""
    line_number: int | None = None
    column_number: int | None = None
    call_frame: msgspec.Raw = NULL
    hit_count: Annotated[int, msgspec.Meta(ge=0)] = NO_HITS
    position_ticks: tuple[_Tick, ...] | None = ()
    children: tuple[_HeadNode, ...] | None = ()
    self_size: int | float | None = None


class _Profile(msgspec.Struct, rename="camel"):
    nodes: msgspec.Raw = NULL
    head: msgspec.Raw = NULL
    samples: msgspec.Raw = NULL
    time_deltas: msgspec.Raw = NULL
    timestamps: msgspec.Raw = NULL
    start_time: int | float | None = None
    end_time: int | float | None = None
    profile: msgspec.Raw = NULL
    cpu_profile: msgspec.Raw = NULL
    result: msgspec.Raw = NULL


@dataclass(slots=True)
class File:
    """What any form of the file says.

    ``nodes`` come in batches, once, and are decoded on the way; what is left of a batch is for
    whoever takes it. ``samples`` are node ids, ``deltas`` and ``timestamps`` microseconds, all of
    shape ``(samples,)`` and None where the file has none, or where somebody has taken them;
    ``start`` and ``end`` are microseconds too. ``at`` is the profile's path in the file,
    ``nodes_at`` that of its nodes.
    """

    nodes: Iterator[list[Node]]
    samples: npt.NDArray[Any] | None
    deltas: npt.NDArray[Any] | None
    timestamps: npt.NDArray[Any] | None
    start: int | float | None
    end: int | float | None
    at: str
    nodes_at: str


def parse(
    text: bytes | bytearray | msgspec.Raw, source: str, at: str = "$", *, lines: bool = False
) -> File:
    """Decode a profile of any form; with ``lines`` nodes are :class:`TickedNode`.

    ``at`` is its path where it is not a file of its own.

    Raises :class:`FormatError` where it is of none of them.
    """
    try:
        return _parse(text, source, at, lines=lines)
    except TooDeepError:
        outer, cuts = take_apart(text, source)
        if not cuts:
            raise
        return _parse(outer, source, at, lines=lines, cuts=cuts)


def _parse(
    text: bytes | bytearray | msgspec.Raw,
    source: str,
    at: str,
    *,
    lines: bool,
    cuts: list[Cut] | None = None,
) -> File:
    """Decode a profile; ``cuts`` are the nodes of its head where those were taken apart."""
    profile = decode(text, _Profile, source, at=at)
    for field, key in _WRAPPERS:
        inner = getattr(profile, field)
        if not is_given(profile.nodes) and is_given(inner):
            at = f"{at}.{key}"
            profile = decode(inner, _Profile, source, at=at)
    if is_given(profile.nodes):
        nodes_at, microseconds = f"{at}.nodes", 1
        nodes = _batches(profile.nodes, source, nodes_at, TickedNode if lines else Node)
    elif is_given(profile.head):
        nodes_at, microseconds = f"{at}.head", 10**6
        if cuts:
            heads = _decoded_cuts(cuts, source, nodes_at)
        else:
            heads = _in_pre_order(decode(profile.head, _HeadNode, source, at=nodes_at))
        nodes = iter([_from_heads(heads, source)])
    else:
        raise FormatError(source, "a CPU profile has `nodes`, and here are none", where=at)
    start, end = (
        None if time is None else time * microseconds
        for time in (profile.start_time, profile.end_time)
    )
    return File(
        nodes=nodes,
        samples=numbers(profile.samples, source, f"{at}.samples", whole=True, narrow=True),
        deltas=numbers(profile.time_deltas, source, f"{at}.timeDeltas", narrow=True),
        timestamps=numbers(profile.timestamps, source, f"{at}.timestamps"),
        start=start,
        end=end,
        at=at,
        nodes_at=nodes_at,
    )


def _batches(raw: msgspec.Raw, source: str, at: str, kind: type[Node]) -> Iterator[list[Node]]:
    """Decode nodes a few thousand at a time, for as objects they take twice the room of the text.

    Where nodes cannot be told apart, all that are left are decoded at once.
    """
    text = memoryview(raw)
    if bytes(text[:1]) != b"[":
        decode(raw, list[kind], source, at=at)  # type: ignore[valid-type]  # which says what it is instead
    start, end, done = 1, len(text) - 1, 0
    while start < end:
        between = _BETWEEN_NODES.search(text, start + _BATCH)
        cut = between.start() + 1 if between else end
        try:
            batch = _decode_part(text[start:cut], source, at, done, kind)
        except FormatError:
            if cut == end:
                raise
            cut = end
            batch = _decode_part(text[start:cut], source, at, done, kind)
        start = between.end() if between and cut < end else end
        done += len(batch)
        yield batch


def _decode_part(text: memoryview, source: str, at: str, done: int, kind: type[Node]) -> list[Node]:
    """Decode some items of an array; errors number them by what came before."""
    try:
        return decode(b"".join((b"[", text, b"]")), list[kind], source, at="")  # type: ignore[valid-type]
    except FormatError as error:
        place = _ITEM.sub(lambda item: f"[{int(item[1]) + done}]", error.where, count=1)
        raise FormatError(source, error.message, where=at + place) from None


def _in_pre_order(head: _HeadNode) -> Iterator[tuple[_HeadNode, tuple[int, ...]]]:
    """Yield each node of a nested tree with its children's ids."""
    pending = [head]
    while pending:
        node = pending.pop()
        children = node.children or ()
        yield node, tuple(child.id for child in children)
        pending.extend(reversed(children))


def _decoded_cuts(
    cuts: list[Cut], source: str, at: str
) -> Iterator[tuple[_HeadNode, tuple[int, ...]]]:
    """Do the same for nodes that were taken apart."""
    nodes = [decode(b"".join(cut.pieces), _HeadNode, source, at=at) for cut in cuts]
    for node, cut in zip(nodes, cuts, strict=True):
        yield node, tuple(nodes[child].id for child in cut.children)


def _from_heads(heads: Iterator[tuple[_HeadNode, tuple[int, ...]]], source: str) -> list[Node]:
    """Turn nodes of old into what they would be today."""
    nodes: list[Node] = []
    for node, children in heads:
        if node.self_size is not None:
            raise FormatError(
                source, "this is a heap profile (allocated bytes); a CPU profile is expected"
            )
        frame = node.call_frame
        if not is_given(frame):
            frame = msgspec.Raw(msgspec.json.encode(_old_call_frame(node)))
        ticks = node.position_ticks
        nodes.append(TickedNode(node.id, frame, node.hit_count, children, position_ticks=ticks))
    return nodes


def _old_call_frame(node: _HeadNode) -> CallFrame:
    line, column = (
        None if place is None else place - _HEAD_BASE
        for place in (node.line_number, node.column_number)
    )
    return CallFrame(node.script_id, node.function_name, node.url, line, column)
