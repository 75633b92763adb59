"""A timeline as a record."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from profkit.profile import NANOSECONDS
from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import (
    FunctionRecord,
    MeasuredRecord,
    Record,
    ValueTypeRecord,
    begin,
    function_members,
)
from profkit.views.activity import Activity

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.render.records.rows import Rows
    from profkit.views.timeline import Timeline

__all__ = ["TimelineRecord"]


class ThreadActivity(Record, frozen=True, kw_only=True):
    """What a thread did: for each bucket how many nanoseconds of each activity."""

    name: str | None
    """The thread's name; null where it has none."""
    process_id: int | None
    """The process it belongs to; null where unknown."""
    thread_id: int | None
    """Its own id; null where unknown."""
    busy: list[int]
    """Running code of the program or of its runtime."""
    native: list[int]
    """In native code, shared libraries or V8's (program)."""
    gc: list[int]
    """Collecting garbage."""
    idle: list[int]
    """Waiting."""


class BucketRow(Record, frozen=True, kw_only=True):
    """What a thread did in one bucket, in nanoseconds."""

    thread: int
    """The number of the thread, from 0 on."""
    name: str | None
    """The thread's name; null where it has none."""
    start: int
    """When the bucket begins, in nanoseconds of the recording's clock."""
    end: int
    """When it ends, on the same clock."""
    busy: int
    """Running code of the program or of its runtime."""
    native: int
    """In native code, shared libraries or V8's (program)."""
    gc: int
    """Collecting garbage."""
    idle: int
    """Waiting."""


class StackFrame(FunctionRecord, frozen=True, kw_only=True):
    """A function on a stretch's heaviest stack."""

    total: int
    """How long the stretch was in it or below it, along this stack."""


class Stretch(Record, frozen=True, kw_only=True):
    """A run of samples without a break."""

    thread: int
    """The number of its thread in threads, from 0 on."""
    start: int
    """When it begins, in nanoseconds of the recording's clock."""
    end: int
    """When it ends, on the same clock."""
    samples: int
    """How many samples there are in it."""
    stack: list[StackFrame]
    """Its heaviest stack, from the root to the leaf."""


class TimelineOmitted(Record, frozen=True, kw_only=True):
    """What is left out."""

    stretches: int
    """How many stretches are missing."""
    threads: int
    """How many threads have samples without times."""


class TimelineRecord(MeasuredRecord, tag="timeline", frozen=True, kw_only=True):
    """Activity over time; total is the time of all threads of which is known what they did."""

    start: int
    """When the first bucket begins, in nanoseconds of the recording's clock."""
    end: int
    """When the last one ends, on the same clock."""
    gap: int
    """How long a sample may stand for, in nanoseconds."""
    edges: list[int]
    """Where the buckets begin, and where the last one ends."""
    threads: list[ThreadActivity]
    """In the file's own order."""
    stretches: list[Stretch]
    """The longest first."""
    omitted: TimelineOmitted
    """What is left out."""

    def table(self) -> Rows:
        """Return what each thread did in each bucket."""
        rows = [
            BucketRow(
                thread=number,
                name=thread.name,
                start=start,
                end=end,
                busy=thread.busy[bucket],
                native=thread.native[bucket],
                gc=thread.gc[bucket],
                idle=thread.idle[bucket],
            )
            for number, thread in enumerate(self.threads)
            for bucket, (start, end) in enumerate(pairwise(self.edges))
        ]
        return rows_with_unit(rows, BucketRow, self.value_type)

    @classmethod
    def of(cls, profile: Profile, view: Timeline) -> TimelineRecord:
        """Return the record of a timeline."""
        head = begin(profile, 0)
        head["value_type"] = ValueTypeRecord(type="time", unit=NANOSECONDS)
        found = view.stretches
        row_of = {number: row for row, number in enumerate(view.threads.tolist())}
        return cls(
            **head,
            total=view.total,
            start=int(view.edges[0]),
            end=int(view.edges[-1]),
            gap=view.gap,
            edges=view.edges.tolist(),
            threads=[_thread(profile, view, row) for row in range(len(view.threads))],
            stretches=[
                Stretch(
                    thread=row_of[int(found.thread[row])],
                    start=int(found.start[row]),
                    end=int(found.end[row]),
                    samples=int(found.samples[row]),
                    stack=[
                        StackFrame(**function_members(profile, function), total=total)
                        for function, total in found.stacks[row]
                    ],
                )
                for row in range(len(found))
            ],
            omitted=TimelineOmitted(stretches=found.found - len(found), threads=view.untimed),
        )


def _thread(profile: Profile, view: Timeline, row: int) -> ThreadActivity:
    thread = profile.threads[view.threads[row]]
    return ThreadActivity(
        name=thread.name or None,
        process_id=None if thread.process_id < 0 else thread.process_id,
        thread_id=None if thread.thread_id < 0 else thread.thread_id,
        **{kind.label: view.activity[row, kind].tolist() for kind in Activity},
    )
