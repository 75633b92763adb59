"""A rendered tree as a profile: totals in, self times out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.pyinstrument.functions import (
    DUMMY_ROOT,
    OWN,
    THREAD,
    WAITING,
    Classes,
    Identity,
    intern,
)
from profkit.formats.pyinstrument.schema import LARGEST, WALL, TreeFrame, meta_of
from profkit.profile import (
    ABSENT,
    NANOSECONDS,
    Action,
    Profile,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
)

if TYPE_CHECKING:
    from profkit.formats.pyinstrument.schema import Tree
    from profkit.profile import LedgerBook

__all__ = ["read_tree"]

# The renderer prints six decimals, so that each number may be off by half a microsecond.
_ROUNDING = 500


@dataclass(slots=True)
class _Nodes:
    """Nodes as they are met: parent, function, and own time in each of the value types."""

    parents: list[int] = field(default_factory=list)
    functions: list[Identity] = field(default_factory=list)
    values: list[dict[str, int]] = field(default_factory=list)

    def add(self, parent: int, frame: TreeFrame, values: dict[str, int]) -> int:
        self.parents.append(parent)
        self.functions.append(_identity(frame))
        self.values.append(values)
        return len(self.parents) - 1


def read_tree(tree: Tree, source: str) -> Profile:
    """Make the profile of a rendered tree.

    Raises :class:`FormatError` where callees take longer than their caller,
    :class:`EmptyInputError` where no time was measured.
    """
    builder, nodes = ProfileBuilder(), _Nodes()
    classes: Classes = defaultdict(lambda: defaultdict(float))
    owners = []
    for top, path in _tops(tree.root):
        owners.append((top, len(nodes.parents)))
        _walk(top, path, nodes, classes, source, builder.ledger)
    if not any(values[WALL.type] for values in nodes.values):
        raise EmptyInputError(source, "holds no samples")
    builder.ledger.add(Action.READ, "nodes", "all", len(nodes.parents))
    frames = [builder.frame(intern(one, classes, builder)) for one in nodes.functions]
    stack_tree, place = StackTree.from_parents(
        np.array(nodes.parents, np.int64), np.array(frames, np.int64)
    )
    found = {name for values in nodes.values for name in values} - {WALL.type}
    types = [WALL, *(ValueType(name, NANOSECONDS) for name in WAITING.values() if name in found)]
    values = np.array([[v.get(t.type, 0) for t in types] for v in nodes.values], np.int64)
    bounds = [start for _, start in owners] + [len(nodes.parents)]
    threads = []
    for (top, start), end in zip(owners, bounds[1:], strict=True):
        measured = start + np.flatnonzero(values[start:end].any(axis=1))
        samples = SampleTable(place[measured], values[measured])
        is_thread = top.file_path == THREAD
        number = (top.line_no or ABSENT) if is_thread else ABSENT
        threads.append(Thread(top.function if is_thread else "", samples, thread_id=number))
    return builder.finish(meta_of(tree.head, source), types, stack_tree, threads)


def _tops(root: TreeFrame) -> list[tuple[TreeFrame, str]]:
    """Return the threads, or what stands in their place, and their paths."""
    at = "$.root_frame"
    if root.function == DUMMY_ROOT and not root.file_path and root.children:
        return [(child, f"{at}.children[{n}]") for n, child in enumerate(root.children)]
    return [(root, at)]


def _walk(
    top: TreeFrame, at: str, nodes: _Nodes, classes: Classes, source: str, ledger: LedgerBook
) -> None:
    """Add all that is below ``top``, and itself unless it is but a thread's name."""
    pending = [(top, ABSENT, at)]
    while pending:
        frame, parent, path = pending.pop()
        below = [(n, child) for n, child in enumerate(frame.children) if not _is_synthetic(child)]
        values = _own_values(frame, [child for _, child in below], path, source, ledger)
        if not (frame is top and frame.file_path == THREAD and below and not values[WALL.type]):
            parent = nodes.add(parent, frame, values)
        if frame.class_name:
            classes[_identity(frame)][frame.class_name] += frame.time
        pending.extend((child, parent, f"{path}.children[{n}]") for n, child in reversed(below))


def _own_values(
    frame: TreeFrame, below: list[TreeFrame], path: str, source: str, ledger: LedgerBook
) -> dict[str, int]:
    own = _nanoseconds(frame, path, source)
    own -= sum(_nanoseconds(child, path, source) for child in below)
    if own < 0:
        if own < -_ROUNDING * (len(below) + 1):
            message = f"the calls below {frame.function!r} take longer than itself"
            raise FormatError(source, message, where=path)
        cause = "calls below them take longer by rounding: self time is 0"
        ledger.add(Action.REPAIRED, "nodes", cause, 1, path)
    values = {WALL.type: max(own, 0)}
    for child in frame.children:
        if name := WAITING.get(child.function):
            waited = values.get(name, 0) + _nanoseconds(child, path, source)
            values[name] = min(waited, values[WALL.type])
    return values


def _nanoseconds(frame: TreeFrame, path: str, source: str) -> int:
    if not 0 <= frame.time < LARGEST:
        message = f"a time of {frame.time:g} s; 0 to {LARGEST:g} are expected"
        raise FormatError(source, message, where=path)
    return round(frame.time * 1e9)


def _is_synthetic(frame: TreeFrame) -> bool:
    return frame.function == OWN or frame.function in WAITING


def _identity(frame: TreeFrame) -> Identity:
    line = frame.line_no or 0
    return Identity(frame.function, frame.file_path or "", line if line > 0 else ABSENT)
