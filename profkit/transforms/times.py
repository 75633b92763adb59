"""Keep the samples of a part of the recording."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from profkit.errors import UsageError
from profkit.profile import thread_name
from profkit.transforms.rebuilding import keep_samples

if TYPE_CHECKING:
    from profkit.profile import Profile

__all__ = ["Moment", "keep_times", "recorded_span"]

_MOMENT = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,15}))? ?(ms|s|%|)")
_NANOSECONDS = {"": 10**6, "ms": 10**6, "s": 10**9}


class Moment(NamedTuple):
    """A time since the recording's start: ``number / divisor`` nanoseconds, or of its span."""

    number: int
    divisor: int
    is_share: bool

    @classmethod
    def of(cls, text: str) -> Moment:
        """Read ``1500``, ``1500ms``, ``1.5s`` or ``50%``.

        Raises :class:`UsageError` where the text is none of these.
        """
        match = _MOMENT.fullmatch(text)
        if not match:
            raise UsageError(f"{text!r} is no time: milliseconds as in 1500, or 1.5s, or 50%")
        whole, decimals, unit = match[1], match[2] or "", match[3]
        number, divisor = int(whole + decimals), 10 ** len(decimals)
        if unit == "%":
            return cls(number, 100 * divisor, is_share=True)
        return cls(number * _NANOSECONDS[unit], divisor, is_share=False)

    def within(self, start: int, end: int) -> int:
        """Return the first whole nanosecond that is not before this moment of a recording.

        ``end`` is the recording's last nanosecond; all of it, 100 %, ends with the one after.
        """
        span = end - start + 1 if self.is_share else 1
        return start - (-self.number * span // self.divisor)


def recorded_span(profile: Profile) -> tuple[int, int] | None:
    """Return the recording's first and last nanosecond, None where the format has no time."""
    times = [t.samples.time for t in profile.threads if t.samples.time is not None]
    edges = [time[[0, -1]].tolist() for time in times if len(time)]
    starts = [profile.meta.start_time, *(first for first, _ in edges)]
    ends = [profile.meta.end_time, *(last for _, last in edges)]
    start = min((time for time in starts if time is not None), default=None)
    end = max((time for time in ends if time is not None), default=None)
    return None if start is None or end is None else (start, end)


def keep_times(
    profile: Profile, since: Moment | None = None, until: Moment | None = None
) -> Profile:
    """Keep the samples from ``since`` on, and before ``until``; each is whole, at its time.

    Both count from the start of the recording, whatever was kept of it before.

    Raises :class:`UsageError` where samples have no times.
    """
    span = recorded_span(profile)
    if not profile.sample_count:
        return profile
    if span is None:
        raise UsageError("this profile has no times")
    start, end = span
    low = start if since is None else since.within(start, end)
    high = end + 1 if until is None else until.within(start, end)
    kept = []
    for thread in profile.threads:
        time = thread.samples.time
        if time is None:
            if len(thread.samples):
                raise UsageError(f"the samples of {thread_name(thread)} have no times")
            time = np.zeros(0, np.int64)
        kept.append((time >= low) & (time < high))
    # What is kept may begin later; the recording did not.
    meta = replace(profile.meta, start_time=start, end_time=end)
    return keep_samples(profile.replace(meta=meta), kept)
