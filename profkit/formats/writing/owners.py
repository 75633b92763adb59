"""Processes and threads by number, for formats in which each has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.profile import Profile, Thread

__all__ = ["numbered_threads"]


def numbered_threads(profile: Profile) -> list[tuple[Thread, int, int]]:
    """Return the threads that have samples, each with the numbers of its process and itself.

    A number that is unknown, or that an earlier thread of the process has, is replaced: a process
    is 1, a thread what it is in the profile's list, from 1, or else the next one that is free.
    """
    taken: set[tuple[int, int]] = {
        (t.process_id if t.process_id >= 0 else 1, t.thread_id)
        for t in profile.threads
        if t.thread_id >= 0
    }
    seen: set[tuple[int, int]] = set()
    answer = []
    for number, thread in enumerate(profile.threads, 1):
        if not len(thread.samples):
            continue
        process = thread.process_id if thread.process_id >= 0 else 1
        own = thread.thread_id
        if own < 0 or (process, own) in seen:
            own = number
            while (process, own) in taken or (process, own) in seen:
                own += 1
        seen.add((process, own))
        answer.append((thread, process, own))
    return answer
