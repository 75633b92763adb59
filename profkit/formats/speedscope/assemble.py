"""From a decoded file to a profile: one thread for each of its profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError
from profkit.formats.places import kind_of, native_of, path_of
from profkit.formats.pyspy import Owner, owner_of_profile, with_label
from profkit.formats.speedscope.profiles import Context, measure, raw_numbers
from profkit.formats.speedscope.units import scale_of
from profkit.profile import (
    ABSENT,
    Action,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
)

if TYPE_CHECKING:
    from profkit.formats.speedscope.profiles import Measured
    from profkit.formats.speedscope.schema import File, Frame
    from profkit.formats.speedscope.units import Scale
    from profkit.profile import Profile, ValueType

__all__ = ["assemble"]

# These write the line being executed. Others write where the function begins, which is what tells
# one anonymous function from another.
_EXECUTED_LINES = ("py-spy", "rbspy", "austin")


def assemble(file: File, source: str) -> Profile:
    """Make the profile of a decoded file.

    Raises :class:`FormatError` where its profiles make no sense, :class:`EmptyInputError` where
    nothing was sampled.
    """
    builder = ProfileBuilder()
    labels = [None if f.file else with_label(Owner(), f.name) for f in file.shared.frames]
    is_owner = np.array([label is not None for label in labels], bool)
    contexts = [
        Context(source, f"$.profiles[{number}]", is_owner, builder.ledger)
        for number in range(len(file.profiles))
    ]
    raw = [raw_numbers(p, context) for p, context in zip(file.profiles, contexts, strict=True)]
    scales: dict[str, Scale] = {}
    for profile in file.profiles:
        if profile.unit not in scales:
            same = [r for r, p in zip(raw, file.profiles, strict=True) if p.unit == profile.unit]
            scales[profile.unit] = scale_of(profile.unit, same, source)
    measured = [
        measure(p, column, scales[p.unit], context)
        for p, column, context in zip(file.profiles, raw, contexts, strict=True)
    ]
    count = sum(len(one.node) for one in measured)
    if not count:
        raise EmptyInputError(source, "holds no samples")
    dropped = builder.ledger.close().count(Action.DROPPED, "samples")
    builder.ledger.add(Action.READ, "samples", "all", count + dropped)

    executes = (file.exporter or "").startswith(_EXECUTED_LINES)
    frame_of = np.array(
        [_intern(frame, builder, executes=executes) for frame in file.shared.frames], np.int64
    )
    tree, places = StackTree.from_trees([(m.parent, frame_of[m.frame]) for m in measured])
    types = list(dict.fromkeys(scales[p.unit].value_type for p in file.profiles))
    threads = []
    for profile, one, place in zip(file.profiles, measured, places, strict=True):
        scale = scales[profile.unit]
        owner = owner_of_profile(profile.name or "") or Owner(profile.name or "")
        for frame in one.owners:
            owner = with_label(owner, file.shared.frames[frame].name) or owner
        samples = _samples(one, place[one.node], scale, types)
        threads.append(
            Thread(owner.name, samples, owner.process_id, owner.thread_id, owner.process_name)
        )
    return builder.finish(_meta(file, source, threads), types, tree, threads)


def _intern(frame: Frame, builder: ProfileBuilder, *, executes: bool) -> int:
    file = frame.file or ""
    line, column = (
        ABSENT if place is None or place < 1 else place for place in (frame.line, frame.col)
    )
    path = path_of(file)
    name, kind = native_of(frame.name, path) or (frame.name, kind_of(frame.name, file))
    if executes:
        return builder.frame(builder.function(name, path, kind=kind), line, column)
    return builder.frame(builder.function(name, path, line, column, kind))


def _samples(
    measured: Measured, node: np.ndarray, scale: Scale, types: list[ValueType]
) -> SampleTable:
    values = np.zeros((len(node), len(types)), np.int64)
    values[:, types.index(scale.value_type)] = measured.value
    return SampleTable(node, values, measured.time if scale.is_time else None)


def _meta(file: File, source: str, threads: list[Thread]) -> Meta:
    times = [t.samples.time for t in threads if t.samples.time is not None and len(t.samples)]
    ends = [
        int(t.samples.time[-1] + t.samples.values[-1].max())
        for t in threads
        if t.samples.time is not None and len(t.samples)
    ]
    return Meta(
        format="speedscope",
        source=source,
        producer=file.exporter or "",
        start_time=min((int(time[0]) for time in times), default=None),
        end_time=max(ends, default=None),
        facts=(("name", file.name),) if file.name else (),
    )
