"""The report of V8's tick processor, from any profile.

Ticks by shared library, by dynamic code ("JavaScript") and by native code ("C++"); a summary; and
the bottom-up profile. What a frame is called and what is left out follow V8's
``tools/tickprocessor.mjs``, so that for a V8 log the figures are that tool's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, Kind, StackTree
from profkit.views.bottom_up import BottomUp, bottom_up

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

    Numbers = npt.NDArray[np.int64]

__all__ = ["CallerRow", "TickOptions", "TickReport", "TickRow", "tick_report", "with_own_rules"]

GC_STATE = 1
"""The number that V8 gives to the state of collecting garbage."""

_HIDDEN = (Kind.BYTECODE_HANDLER,)
_OLD_V8 = re.compile(r"V8 5\.[0-5]\.")
_OLD_HIDDEN = r"CallIC|LoadIC|StoreIC|Builtin: (?:Keyed)?(?:Call|Load|Store)IC_"


@dataclass(frozen=True, slots=True)
class TickOptions:
    """What the report shows: callers down to ``min_share`` of what they call, ``depth`` levels.

    ``hidden`` is a regular expression; frames whose labels begin with it are hidden, as bytecode
    handlers are.
    """

    depth: int = 5
    min_share: float = 0.01
    value_type: int = 0
    include_idle: bool = False
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class TickRow:
    """A line of the report: a label, one of the frames that have it, and its own value."""

    label: str
    frame: int
    value: int


@dataclass(frozen=True, slots=True)
class CallerRow:
    """A line of the bottom-up profile; ``depth`` is 0 for what spent the time itself."""

    label: str
    frame: int
    value: int
    of_parent: int
    depth: int


@dataclass(frozen=True, slots=True)
class TickReport:
    """All sections; values in the unit of the profile's value type.

    ``libraries``, ``javascript`` and ``native`` are sorted by falling value; ``entries`` counts
    native functions that JavaScript called, by the outermost of them. ``callers`` is the bottom-up
    profile in the order of its lines.
    """

    options: TickOptions
    total: int
    unaccounted: int
    collecting: int
    libraries: tuple[TickRow, ...]
    javascript: tuple[TickRow, ...]
    native: tuple[TickRow, ...]
    entries: tuple[TickRow, ...]
    callers: tuple[CallerRow, ...]

    @property
    def library_total(self) -> int:
        """What all shared libraries spent."""
        return sum(row.value for row in self.libraries)

    @property
    def non_library(self) -> int:
        """All that was not spent in shared libraries."""
        return self.total - self.library_total


def with_own_rules(options: TickOptions, profile: Profile) -> TickOptions:
    """Return the options as the tool of the V8 that wrote a profile has them.

    That of Node 6 and 7 shows callers from 2 % and hides inline caches.
    """
    if _OLD_V8.match(profile.meta.producer):
        return replace(options, min_share=0.02, hidden=_OLD_HIDDEN)
    return options


def tick_report(profile: Profile, options: TickOptions | None = None) -> TickReport:
    """Compute the report.

    Values are those of the profile's value type; for a V8 log, ticks. Bytecode handlers are hidden
    and their ticks counted on their callers.

    >>> import profkit
    >>> log = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> report = profkit.tick_report(log)
    >>> report.total, report.library_total, report.collecting
    (5849, 4345, 194)
    >>> report.javascript[0].label, report.javascript[0].value
    ('Builtin: LoadIC', 165)
    """
    options = options or TickOptions()
    own = profile.self_values(options.value_type, include_idle=options.include_idle)
    labels, kinds, label_of_frame, frame = _labels(profile)
    is_hidden = np.isin(kinds, _HIDDEN)
    if options.hidden:
        is_hidden |= [re.match(options.hidden, label) is not None for label in labels]
    tree, place = _visible(profile, label_of_frame, is_hidden)
    own_visible = np.zeros(len(tree), np.int64)
    np.add.at(own_visible, place[place != ABSENT], own[place != ABSENT])
    flat = np.zeros(len(labels), np.int64)
    np.add.at(flat, tree.frame, own_visible)

    def rows(wanted: npt.NDArray[np.bool_]) -> tuple[TickRow, ...]:
        chosen = np.flatnonzero(wanted & (flat != 0))
        found = [TickRow(labels[n], int(frame[n]), int(flat[n])) for n in chosen.tolist()]
        return tuple(sorted(found, key=lambda row: (row.value, _utf16(row.label)), reverse=True))

    # Only a tool that labels its frames tells code that it does not know from what has no kind.
    unknown = (kinds == Kind.UNKNOWN) & (profile.frames.tag[frame] != ABSENT)
    library = kinds == Kind.SHARED_LIBRARY
    native = kinds == Kind.NATIVE
    keep_share = options.min_share * 100

    def keep(total: Numbers, parent: Numbers) -> npt.NDArray[np.bool_]:
        return total / parent * 100.0 >= keep_share

    below = bottom_up(tree, tree.frame, own_visible, depth=options.depth, keep=keep)
    return TickReport(
        options=options,
        total=int(own.sum()),
        unaccounted=int(flat[unknown].sum()),
        collecting=_collecting(profile, options, own),
        libraries=rows(library),
        javascript=rows(~library & ~native & ~unknown),
        native=rows(native),
        entries=_native_entries(tree, kinds, labels, frame, own_visible),
        callers=_callers(below, labels, frame, int(own.sum())),
    )


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _labels(profile: Profile) -> tuple[list[str], Numbers, Numbers, Numbers]:
    """Name the frames as their tool does: labels, their kinds, each frame's label, and a frame.

    Code of one name and several kinds, such as a native and a JavaScript ``write``, has a label for
    each of them.
    """
    frames = profile.frames
    kind_of_frame = profile.functions.kind[frames.function]
    numbers: dict[tuple[str, int], int] = {}
    of_frame = np.zeros(len(frames), np.int64)
    for frame, (tag, function, kind) in enumerate(
        zip(frames.tag.tolist(), frames.function.tolist(), kind_of_frame.tolist(), strict=True)
    ):
        label = profile.strings[tag] if tag != ABSENT else _plain_label(profile, function)
        of_frame[frame] = numbers.setdefault((label, kind), len(numbers))
    first = np.zeros(len(numbers), np.int64)
    first[of_frame[::-1]] = np.arange(len(frames))[::-1]
    kinds = kind_of_frame[first].astype(np.int64)
    return [label for label, _ in numbers], kinds, of_frame, first


def _plain_label(profile: Profile, function: int) -> str:
    table = profile.functions
    name, file = profile.text(table.name[function]), profile.text(table.file[function])
    place = ":".join(
        str(part) for part in (file, table.line[function], table.column[function]) if part != ABSENT
    )
    return f"{name} {place}" if file else name


def _visible(
    profile: Profile, label_of_frame: Numbers, is_hidden: npt.NDArray[np.bool_]
) -> tuple[StackTree, Numbers]:
    """Take frames with hidden labels out and merge the rest by label.

    Returns the tree, whose frames are labels, and each node's place in it (a hidden node's is its
    caller's; -1 where all of the stack is hidden).
    """
    tree = profile.tree
    hidden = is_hidden[label_of_frame[tree.frame]]
    # The last place serves nodes without a caller.
    nearest = np.append(np.where(hidden, tree.parent, np.arange(len(tree))), ABSENT)
    hidden = np.append(hidden, False)
    while hidden[nearest].any():
        nearest = np.where(hidden[nearest], nearest[nearest], nearest)
    nearest = nearest[:-1]
    shown = np.flatnonzero(~hidden[:-1])
    number = np.full(len(tree) + 1, ABSENT, np.int64)
    number[shown] = np.arange(len(shown))
    above = np.append(nearest, ABSENT)[tree.parent[shown]]
    merged, place = StackTree.from_parents(number[above], label_of_frame[tree.frame[shown]])
    of_shown = np.append(place, ABSENT)
    return merged, of_shown[number[nearest]].astype(np.int64)


def _collecting(profile: Profile, options: TickOptions, own: Numbers) -> int:
    if any(thread.samples.state is not None for thread in profile.threads):
        return sum(
            int(thread.samples.values[thread.samples.state == GC_STATE, options.value_type].sum())
            for thread in profile.threads
            if thread.samples.state is not None
        )
    return int(own[profile.kind_of_node == Kind.GC].sum())


def _native_entries(
    tree: StackTree, kinds: Numbers, labels: list[str], frame: Numbers, own: Numbers
) -> tuple[TickRow, ...]:
    """Count ticks in native code by the native function that JavaScript called.

    From the leaf, which must be native or a library, up to the last native function before the
    first caller that is not native.
    """
    kind = kinds[tree.frame]
    leaf = np.flatnonzero((own != 0) & np.isin(kind, (Kind.NATIVE, Kind.SHARED_LIBRARY)))
    last = np.where(kind[leaf] == Kind.NATIVE, leaf, ABSENT)
    cursor = tree.parent[leaf].astype(np.int64)
    counts: dict[int, int] = {}
    value = own[leaf]
    while len(cursor):
        inside = cursor != ABSENT
        cursor, last, value = cursor[inside], last[inside], value[inside]
        native = kind[cursor] == Kind.NATIVE
        last = np.where(native, cursor, last)
        done = ~native & (last != ABSENT)
        for label, found in zip(tree.frame[last[done]].tolist(), value[done].tolist(), strict=True):
            counts[label] = counts.get(label, 0) + found
        cursor, last, value = tree.parent[cursor[~done]].astype(np.int64), last[~done], value[~done]
    rows = [TickRow(labels[n], int(frame[n]), total) for n, total in counts.items()]
    return tuple(sorted(rows, key=lambda row: (row.value, _utf16(row.label)), reverse=True))


def _callers(
    below: BottomUp, labels: list[str], frame: Numbers, whole: int
) -> tuple[CallerRow, ...]:
    children: dict[int, list[int]] = {}
    order = sorted(
        range(len(below.group)),
        key=lambda row: (int(below.total[row]), _utf16(labels[below.group[row]])),
        reverse=True,
    )
    for row in order:
        children.setdefault(int(below.parent[row]), []).append(row)
    answer = []
    waiting = children.get(ABSENT, [])[::-1]
    while waiting:
        row = waiting.pop()
        parent, group = int(below.parent[row]), int(below.group[row])
        answer.append(
            CallerRow(
                label=labels[group],
                frame=int(frame[group]),
                value=int(below.total[row]),
                of_parent=whole if parent == ABSENT else int(below.total[parent]),
                depth=int(below.depth[row]),
            )
        )
        waiting += children.get(row, [])[::-1]
    return tuple(answer)
