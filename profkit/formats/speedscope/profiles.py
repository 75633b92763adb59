"""What a profile of either type measured: nodes, and samples with their weights and times."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from profkit.errors import FormatError
from profkit.formats.interning import Numbered
from profkit.formats.jsontext import column_of, decode, numbers
from profkit.formats.speedscope.schema import Evented, Sampled
from profkit.formats.sweep import Sweep
from profkit.profile import ABSENT, Action, StackTree

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.speedscope.units import Scale
    from profkit.profile import LedgerBook

    Ints = npt.NDArray[np.int64]
    Numbers = npt.NDArray[Any]

__all__ = ["Context", "Measured", "measure", "raw_numbers"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a profile needs to know of its file; ``at`` is its path there.

    ``is_owner`` (shape ``(frames,)``) tells which frames are none but name a process or a thread.
    """

    source: str
    at: str
    is_owner: npt.NDArray[np.bool_]
    ledger: LedgerBook

    def refuse(self, message: str, where: str) -> FormatError:
        """Return the error to raise for a place within the profile."""
        return FormatError(self.source, message, where=f"{self.at}.{where}")


@dataclass(frozen=True, slots=True)
class Measured:
    """Samples in the order of time, and the nodes that they are of.

    ``parent`` and ``frame``, of shape ``(nodes,)``, are a tree over the file's frames; ``node``,
    ``value`` and ``time`` have the shape ``(samples,)``. ``owners`` are the frames at the root that
    name the process.
    """

    parent: npt.NDArray[np.integer]
    frame: npt.NDArray[np.integer]
    node: npt.NDArray[np.integer]
    value: Ints
    time: Ints
    owners: tuple[int, ...] = ()


def raw_numbers(profile: Sampled | Evented, context: Context) -> Numbers:
    """Return a profile's weights, or the times of its events, as they stand in the file.

    Raises :class:`FormatError` where there are not as many weights as samples, or one is negative.
    """
    if isinstance(profile, Evented):
        times = [event.at for event in profile.events]
        return column_of(times, context.source, f"{context.at}.events")
    weights = numbers(profile.weights, context.source, f"{context.at}.weights")
    weights = np.zeros(0, np.int64) if weights is None else weights
    if len(weights) != len(profile.samples):
        message = f"there are {len(weights)} of them for {len(profile.samples)} samples"
        raise context.refuse(message, "weights")
    if len(negative := np.flatnonzero(weights < 0)):
        first = int(negative[0])
        raise context.refuse(f"{weights[first]} is negative", f"weights[{first}]")
    return weights


def measure(profile: Sampled | Evented, raw: Numbers, scale: Scale, context: Context) -> Measured:
    """Say what was measured, in whole numbers; ``raw`` is from :func:`raw_numbers`.

    Raises :class:`FormatError` where a frame does not exist, time goes back, or frames close that
    are not open.
    """
    start = np.array([0 if profile.start_value is None else profile.start_value])
    begin = int(scale.points(start, f"{context.at}.startValue")[0])
    if isinstance(profile, Sampled):
        value = scale.amounts(raw, f"{context.at}.weights")
        return _measure_samples(profile, value, begin, context)
    return _measure_events(profile, raw, scale, context)


def _measure_samples(profile: Sampled, value: Ints, begin: int, context: Context) -> Measured:
    """Let each sample stand for as long as its weight says, one after the other."""
    texts = Numbered[bytes]()
    stack_of = np.fromiter(
        map(texts.__getitem__, map(bytes, profile.samples)), np.int64, len(profile.samples)
    )
    stacks = [_stack(text, number, stack_of, context) for number, text in enumerate(texts)]
    owners: tuple[int, ...] = ()
    if context.is_owner.any():
        depths = [_owner_depth(stack, context.is_owner) for stack in stacks]
        # Of equally deep ones the last: a thread is named when it has begun.
        deepest = max(reversed(range(len(stacks))), key=depths.__getitem__, default=0)
        owners = tuple(stacks[deepest][: depths[deepest]]) if stacks else ()
        stacks = [stack[depth:] for stack, depth in zip(stacks, depths, strict=True)]
    counts = np.fromiter(map(len, stacks), np.int64, len(stacks))
    frames = np.fromiter(chain.from_iterable(stacks), np.int64, int(counts.sum()))
    tree, leaf = StackTree.from_stacks(counts, frames)
    node, time = leaf[stack_of], begin + np.cumsum(value) - value
    empty = np.flatnonzero(node == ABSENT)
    if len(empty):
        context.ledger.add(
            Action.DROPPED,
            "samples",
            "without a frame",
            len(empty),
            f"{context.at}.samples[{empty[0]}]",
        )
        kept = node != ABSENT
        node, value, time = node[kept], value[kept], time[kept]
    return Measured(tree.parent, tree.frame, node, value, time, owners)


def _stack(text: bytes, number: int, stack_of: Ints, context: Context) -> list[int]:
    """Decode a stack; errors name the first sample that has it."""
    try:
        stack = decode(text, list[int], context.source, at="")
    except FormatError as error:
        where = _sample_at(number, stack_of, context) + error.where
        raise FormatError(context.source, error.message, where=where) from None
    frames = len(context.is_owner)
    for depth, frame in enumerate(stack):
        if not 0 <= frame < frames:
            where = f"{_sample_at(number, stack_of, context)}[{depth}]"
            raise FormatError(context.source, _no_frame(frame, frames), where=where)
    return stack


def _sample_at(number: int, stack_of: Ints, context: Context) -> str:
    return f"{context.at}.samples[{np.flatnonzero(stack_of == number)[0]}]"


def _no_frame(frame: int, frames: int) -> str:
    return f"frame {frame} does not exist; there are {frames}"


def _owner_depth(stack: list[int], is_owner: npt.NDArray[np.bool_]) -> int:
    """Return how many frames at the root name a process; one frame remains in any case."""
    deepest = max(len(stack) - 1, 0)
    return next((d for d in range(deepest) if not is_owner[stack[d]]), deepest)


def _measure_events(profile: Evented, raw: Numbers, scale: Scale, context: Context) -> Measured:
    """Count the frames that are open between two events as a sample, as long as what lies between.

    A call that takes no time is one too, or its function would be lost.
    """
    at = scale.points(raw, f"{context.at}.events").tolist()
    known = len(context.is_owner)
    sweep = Sweep(at[0] if at else 0)
    for number, (event, time) in enumerate(zip(profile.events, at, strict=True)):
        if time < sweep.now:
            message = f"time goes back, from {raw[number - 1]} to {raw[number]}"
            raise context.refuse(message, f"events[{number}].at")
        if event.frame >= known:
            raise context.refuse(_no_frame(event.frame, known), f"events[{number}].frame")
        if event.type == "O":
            sweep.open(event.frame, time)
        elif sweep.innermost == event.frame:
            sweep.close(time)
        else:
            what = f"{sweep.innermost} is the innermost one open" if sweep.stack else "none is open"
            message = f"frame {event.frame} closes, but {what}"
            raise context.refuse(message, f"events[{number}]")
    if sweep.stack:
        end = np.array([raw[-1] if profile.end_value is None else profile.end_value])
        last = int(scale.points(end, f"{context.at}.endValue")[0])
        context.ledger.add(
            Action.REPAIRED,
            "events",
            "frames that never close: closed at the end",
            len(sweep.stack),
            f"{context.at}.events[{len(at) - 1}]",
        )
        sweep.close(max(last, sweep.now))
    return Measured(*sweep.columns())
