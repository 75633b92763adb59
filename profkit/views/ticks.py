"""The report of V8's tick processor, from any profile.

Ticks by shared library, by dynamic code ("JavaScript") and by native code ("C++"); a summary; and
the bottom-up profile. What a frame is called and what is left out follow V8's
``tools/tickprocessor.mjs``, so that for a V8 log the figures are that tool's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.display import Displayed
from profkit.formats.selection import EXCLUDED, EXCLUDED_COLLECTING
from profkit.profile import ABSENT, Action, Kind
from profkit.views.bottom_up import BottomUp, Unfolding, bottom_up
from profkit.views.tick_labels import Labels, label_frames, visible_tree, without_unaccounted
from profkit.views.tick_rules import PLAIN, rules_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from profkit.profile import Profile, StackTree

    Numbers = npt.NDArray[np.int64]

__all__ = [
    "CallerRow",
    "TickOptions",
    "TickReport",
    "TickRow",
    "tick_report",
    "with_own_rules",
]

GC_STATE = 1
"""The number that V8 gives to the state of collecting garbage."""


@dataclass(frozen=True, slots=True)
class TickOptions:
    """What the report shows: callers down to ``min_share`` of what they call, ``depth`` levels.

    ``hidden`` is a regular expression for labels of frames that are hidden, their ticks counted on
    their callers; as a default, bytecode handlers. ``ignore_unknown`` leaves ticks out that are in
    no known code.

    ``like_node`` counts as V8's own tool does: shares are of all ticks in the range of time, also
    of those in a state that was not asked for, and unknown code has its row among the callers
    whatever ``ignore_unknown`` says.
    """

    depth: int = 5
    min_share: float = PLAIN.min_share
    value_type: int = 0
    include_idle: bool = False
    hidden: str = PLAIN.hidden_labels({})
    ignore_unknown: bool = False
    like_node: bool = False


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
class TickReport(Displayed):
    """All sections; values in the unit of the profile's value type.

    ``total`` is what the sections are about, ``whole`` what their shares are shares of (the same
    unless V8's own tool has it otherwise), ``excluded`` the ticks that were left out in reading by
    their state. ``unaccounted`` is in no known code, ``collecting`` in garbage collection.
    ``libraries``, ``javascript`` and ``native`` are sorted by falling value; ``entries`` counts
    native functions that JavaScript called, by the outermost of them. ``callers`` is the bottom-up
    profile in the order of its lines.
    ``profile`` is what it is a view of.
    """

    profile: Profile = field(repr=False, compare=False)
    options: TickOptions
    total: int
    whole: int
    excluded: int
    unaccounted: int
    collecting: int
    libraries: tuple[TickRow, ...] = field(repr=False)
    javascript: tuple[TickRow, ...] = field(repr=False)
    native: tuple[TickRow, ...] = field(repr=False)
    entries: tuple[TickRow, ...] = field(repr=False)
    callers: tuple[CallerRow, ...] = field(repr=False)

    @property
    def library_total(self) -> int:
        """What all shared libraries spent."""
        return sum(row.value for row in self.libraries)

    @property
    def non_library(self) -> int:
        """All that was not spent in shared libraries."""
        return self.whole - self.library_total


def with_own_rules(
    options: TickOptions, profile: Profile, separate: Mapping[str, bool | None] | None = None
) -> TickOptions:
    """Return the options as the tool of the V8 that wrote a profile has them.

    ``separate`` tells what code shall have rows of its own: see
    :meth:`profkit.views.tick_rules.Rules.hidden_labels`.
    """
    rules = rules_of(profile)
    hidden = rules.hidden_labels(separate or {})
    return replace(options, min_share=rules.min_share, hidden=hidden, like_node=True)


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
    labels = label_frames(profile)
    unaccounted = _value_of(profile, options, labels.unknown[labels.of_frame])
    if options.ignore_unknown and not options.like_node:
        profile = without_unaccounted(profile)
    own = profile.self_values(options.value_type, include_idle=options.include_idle)
    hidden = re.compile(options.hidden or "(?!)")
    is_hidden = np.array([hidden.search(label) is not None for label in labels.texts], bool)
    tree, place = visible_tree(profile, labels.of_frame, is_hidden)
    own_visible = np.zeros(len(tree), np.int64)
    np.add.at(own_visible, place[place != ABSENT], own[place != ABSENT])
    flat = np.zeros(len(labels.texts), np.int64)
    np.add.at(flat, tree.frame, own_visible)
    whole, excluded, collecting = _totals(profile, options, own, unaccounted)

    def rows(wanted: npt.NDArray[np.bool_]) -> tuple[TickRow, ...]:
        chosen = np.flatnonzero(wanted & (flat != 0))
        found = [
            TickRow(labels.texts[n], int(labels.frame[n]), int(flat[n])) for n in chosen.tolist()
        ]
        return tuple(sorted(found, key=lambda row: (row.value, _utf16(row.label)), reverse=True))

    library = labels.kinds == Kind.SHARED_LIBRARY
    native = labels.kinds == Kind.NATIVE
    keep_share = options.min_share * 100

    def keep(total: Numbers, parent: Numbers) -> npt.NDArray[np.bool_]:
        with np.errstate(divide="ignore"):
            return total / parent * 100.0 >= keep_share

    below = bottom_up(tree, tree.frame, own_visible, depth=options.depth, keep=keep, whole=whole)
    return TickReport(
        profile=profile,
        options=options,
        total=int(own.sum()),
        whole=whole,
        excluded=excluded,
        unaccounted=unaccounted,
        collecting=collecting,
        libraries=rows(library),
        javascript=rows(~library & ~native & ~labels.unknown),
        native=rows(native),
        entries=_native_entries(tree, labels, own_visible),
        callers=_callers(tree, below, labels, whole),
    )


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _value_of(profile: Profile, options: TickOptions, frames: npt.NDArray[np.bool_]) -> int:
    """Return the value of samples whose leaf is one of the ``frames``."""
    own = profile.self_values(options.value_type, include_idle=options.include_idle)
    return int(own[frames[profile.tree.frame]].sum())


def _totals(
    profile: Profile, options: TickOptions, own: Numbers, unaccounted: int
) -> tuple[int, int, int]:
    """Return what shares are of, the ticks that were excluded, and those in garbage collection."""
    whole, collecting = int(own.sum()), _collecting(profile, options, own)
    left_out = [
        profile.ledger.count(Action.SKIPPED, "ticks", cause)
        for cause in (EXCLUDED, EXCLUDED_COLLECTING)
    ]
    excluded = sum(left_out)
    if options.like_node:
        whole += excluded - (unaccounted if options.ignore_unknown else 0)
        collecting += left_out[1]
    return whole, excluded, collecting


def _collecting(profile: Profile, options: TickOptions, own: Numbers) -> int:
    if any(thread.samples.state is not None for thread in profile.threads):
        return sum(
            int(thread.samples.values[thread.samples.state == GC_STATE, options.value_type].sum())
            for thread in profile.threads
            if thread.samples.state is not None
        )
    return int(own[profile.kind_of_node == Kind.GC].sum())


def _native_entries(tree: StackTree, labels: Labels, own: Numbers) -> tuple[TickRow, ...]:
    """Count ticks in native code by the native function that JavaScript called.

    From the leaf, which must be native or a library, up to the last native function before the
    first caller that is not native.
    """
    kind = labels.kinds[tree.frame]
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
    rows = [TickRow(labels.texts[n], int(labels.frame[n]), total) for n, total in counts.items()]
    return tuple(sorted(rows, key=lambda row: (row.value, _utf16(row.label)), reverse=True))


def _callers(tree: StackTree, below: BottomUp, labels: Labels, whole: int) -> tuple[CallerRow, ...]:
    unfolded = Unfolding(below.parent, below.tail)
    parents = unfolded.parent.tolist()
    groups = unfolded.groups(tree, tree.frame, below.group, below.node).tolist()
    totals = below.total[unfolded.row].tolist()
    children: dict[int, list[int]] = {}
    order = sorted(
        range(len(groups)),
        key=lambda row: (totals[row], _utf16(labels.texts[groups[row]])),
        reverse=True,
    )
    for row in order:
        children.setdefault(parents[row], []).append(row)
    depths: dict[int, int] = {ABSENT: ABSENT}
    answer = []
    waiting = children.get(ABSENT, [])[::-1]
    while waiting:
        row = waiting.pop()
        parent, group = parents[row], groups[row]
        depths[row] = depths[parent] + 1
        answer.append(
            CallerRow(
                label=labels.texts[group],
                frame=int(labels.frame[group]),
                value=totals[row],
                of_parent=whole if parent == ABSENT else totals[parent],
                depth=depths[row],
            )
        )
        waiting += children.get(row, [])[::-1]
    return tuple(answer)
