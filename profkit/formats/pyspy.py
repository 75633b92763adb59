"""How py-spy names threads and processes; in a profile they are threads, not frames.

Source: py-spy's ``stack_trace.rs`` and ``speedscope.rs``. With ``--threads`` a stack begins with
``thread (15709): Thread-4 (worker)``, with ``--subprocesses`` with ``process 15700:"python a.py"``
for each process from the first to the last; a speedscope profile is called
``Process 15700 Thread 15709 "Thread-4 (worker)"``. Thread ids are hexadecimal on macOS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

__all__ = ["Owner", "owner_of_profile", "with_label"]

_THREAD = re.compile(r"thread \((0x[0-9A-Fa-f]{1,16}|[0-9]{1,19})\)(?:: (.*))?", re.DOTALL)
_PROCESS = re.compile(r'process ([0-9]{1,19}):"(.*)"', re.DOTALL)
_PROFILE = re.compile(
    r"(?:Process ([0-9]{1,19}) )?Thread (0x[0-9A-Fa-f]{1,16}|[0-9]{1,19})(?: \"(.*)\")?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Owner:
    """The thread that a stack belongs to; ids are -1 where unknown."""

    name: str = ""
    thread_id: int = -1
    process_id: int = -1
    process_name: str = ""


def with_label(owner: Owner, label: str) -> Owner | None:
    """Add what a frame's label tells of the thread or process; None where it is a frame."""
    if match := _THREAD.fullmatch(label):
        return replace(owner, name=match[2] or "", thread_id=_number(match[1]))
    if match := _PROCESS.fullmatch(label):
        return replace(owner, process_id=int(match[1]), process_name=match[2])
    return None


def owner_of_profile(name: str) -> Owner | None:
    """Return the thread that a speedscope profile is of; None where its name is another one."""
    if match := _PROFILE.fullmatch(name):
        process, thread, thread_name = match.groups()
        return Owner(thread_name or "", _number(thread), int(process or -1))
    return None


def _number(text: str) -> int:
    return int(text, 16 if text.lower().startswith("0x") else 10)
