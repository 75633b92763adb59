"""A session as a profile: every sample, with its time, in its thread."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.interning import Numbered
from profkit.formats.pyinstrument.functions import (
    OWN,
    THREAD,
    WAITING,
    Classes,
    Identity,
    identity_of,
    intern,
    line_of,
)
from profkit.formats.pyinstrument.schema import LARGEST, WALL, meta_of
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
    import numpy.typing as npt

    from profkit.formats.pyinstrument.schema import Session

__all__ = ["read_session"]

_NOBODY = Identity("", "", ABSENT)


def read_session(session: Session, source: str, *, lines: bool) -> Profile:
    """Make the profile of a session; with ``lines`` its frames have the lines that ran.

    Raises :class:`FormatError` where a time makes no sense, :class:`EmptyInputError` where there is
    no sample.
    """
    builder = ProfileBuilder()
    stacks: Numbered[tuple[str, ...]] = Numbered()
    stack_of = np.array([stacks[stack] for stack, _ in session.records], np.int64)
    seconds = np.array([time for _, time in session.records], np.float64)
    if not len(seconds):
        raise EmptyInputError(source, "holds no samples")
    _check(seconds, source)
    weights = np.bincount(stack_of, weights=seconds).astype(np.float64)
    names = _Names(stacks, weights, builder, lines=lines)
    owners: Numbered[Identity] = Numbered()
    cut = [_taken_apart(stack) for stack in stacks]
    frames = [[names.frame(info) for info in infos] for _, infos, _ in cut]
    owner_of_stack = np.array([owners[owner] for owner, _, _ in cut], np.int64)
    tree, leaf = StackTree.from_stacks(
        np.array([len(stack) for stack in frames], np.int64),
        np.array(list(chain.from_iterable(frames)), np.int64),
    )
    # Rounded where they add up, so that their sum is right, too.
    edges = np.rint(np.cumsum(seconds) * 1e9).astype(np.int64)
    duration = np.diff(edges, prepend=0)
    waiting = [kind for _, _, kind in cut]
    types = [WALL, *(ValueType(w, NANOSECONDS) for w in WAITING.values() if w in waiting)]
    columns = [duration]
    for value_type in types[1:]:
        waits = np.array([kind == value_type.type for kind in waiting], bool)
        columns.append(np.where(waits[stack_of], duration, 0))
    meta = meta_of(session.head, source)
    time = edges - duration + (meta.start_time or 0)
    builder.ledger.add(Action.READ, "samples", "all", len(seconds))
    is_kept = leaf[stack_of] != ABSENT
    if len(dropped := np.flatnonzero(~is_kept)):
        where = f"$.frame_records[{dropped[0]}]"
        builder.ledger.add(Action.DROPPED, "samples", "without a frame", len(dropped), where)
    threads = []
    for owner, number in owners.items():
        rows = np.flatnonzero(is_kept & (owner_of_stack[stack_of] == number))
        if not len(rows):
            continue
        values = np.stack([column[rows] for column in columns], axis=1)
        samples = SampleTable(leaf[stack_of[rows]], values, time[rows])
        threads.append(Thread(owner.name, samples, thread_id=owner.line))
    if not threads:
        raise EmptyInputError(source, "holds no samples")
    return builder.finish(meta, types, tree, threads)


def _check(seconds: npt.NDArray[np.float64], source: str) -> None:
    wrong = np.flatnonzero(~((seconds >= 0) & (seconds < LARGEST)))
    if len(wrong):
        first = int(wrong[0])
        message = f"a time of {seconds[first]:g} s; 0 to {LARGEST:g} are expected"
        raise FormatError(source, message, where=f"$.frame_records[{first}][1]")
    if seconds.sum() >= LARGEST:
        raise FormatError(source, "the values are too large to be summed")


def _taken_apart(stack: tuple[str, ...]) -> tuple[Identity, tuple[str, ...], str]:
    """Return the thread, the frames, and for what the time was waited, if for anything."""
    owner, waits = _NOBODY, ""
    if len(stack) > 1:
        if stack[-1] in WAITING or stack[-1] == OWN:
            waits = WAITING.get(stack[-1], "")
            stack = stack[:-1]
        first = identity_of(stack[0].partition("\x01")[0])
        if len(stack) > 1 and first.file == THREAD:
            owner, stack = first, stack[1:]
    return owner, stack, waits


class _Names:
    """Gives each frame of the file its number; ``seconds`` weighs the stacks, for their classes."""

    def __init__(
        self,
        stacks: Numbered[tuple[str, ...]],
        seconds: npt.NDArray[np.float64],
        builder: ProfileBuilder,
        *,
        lines: bool,
    ) -> None:
        self._builder = builder
        self._lines = lines
        self._classes: Classes = defaultdict(lambda: defaultdict(float))
        self._frames: dict[str, int] = {}
        for (stack, _), weight in zip(stacks.items(), seconds, strict=True):
            for info in stack:
                if "\x01c" in info:
                    identifier, *attributes = info.split("\x01")
                    name = next(a[1:] for a in attributes if a.startswith("c"))
                    self._classes[identity_of(identifier)][name] += float(weight)

    def frame(self, info: str) -> int:
        """Return the number of a frame."""
        known = self._frames.get(info)
        if known is not None:
            return known
        identifier, *attributes = info.split("\x01")
        function = intern(identity_of(identifier), self._classes, self._builder)
        line = ABSENT
        if self._lines:
            ran = next((a[1:] for a in attributes if a.startswith("l")), "")
            line = line_of(ran)
        number = self._frames[info] = self._builder.frame(function, line)
        return number
