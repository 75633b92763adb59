"""A sampling profiler for a stretch of Python code, by the CPU time of the thread that runs it.

The kernel's profiling timer interrupts the process as it uses the CPU, not while it waits, and each
sample weighs the CPU time of this thread since the one before. So a noisy neighbour, or a kernel
whose timer ticks only every 4 ms, makes fewer samples but no other cost; and where one call into C
outlasts several ticks, its caller is charged all of it. What makes each call dearer, as cProfile
does, would charge code for how many functions it has.
"""

from __future__ import annotations

import gc
import json
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from profkit._version import __version__
from profkit.errors import UsageError
from profkit.files import write_file

if TYPE_CHECKING:
    import os
    from types import CodeType, FrameType, TracebackType

__all__ = ["Sampler"]

INTERVAL = 0.001
"""Seconds of CPU time between two samples; a kernel rounds them up to its own tick."""

_SCHEMA = "https://www.speedscope.app/file-format-schema.json"


class Sampler:
    """Samples what is called from a frame, within a ``with``, in the main thread.

    ``outer`` is that frame; it is in no stack, and neither are its callers.

    Raises :class:`~profkit.errors.UsageError` where that cannot be done: in another thread, while
    another profiler has the timer, or on a system without one (Windows).
    """

    def __init__(self, outer: FrameType) -> None:
        self._samples: list[tuple[CodeType, ...]] = []
        self._weights: list[int] = []
        self._outer: FrameType | None = outer
        self._last = 0
        self._is_sampling = False
        self._previous: object = None

    def __enter__(self) -> Self:
        if not hasattr(signal, "setitimer"):
            raise UsageError("there is no timer to sample with on this system")
        if threading.current_thread() is not threading.main_thread():
            raise UsageError("only the main thread can be sampled")
        handler = signal.getsignal(signal.SIGPROF)
        if handler not in (signal.SIG_DFL, signal.SIG_IGN):
            raise UsageError("another profiler is running; this one needs its timer")
        gc.collect()  # what earlier code left to be collected is not this code's cost
        self._previous = handler
        signal.signal(signal.SIGPROF, self._sample)
        self._last = time.thread_time_ns()
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        # A tick that came before is handled by the time that this call begins.
        signal.signal(signal.SIGPROF, self._previous)  # type: ignore[arg-type]
        self._outer = None

    def _sample(self, _number: int, frame: FrameType | None) -> None:
        if self._is_sampling:
            return  # a tick within this very function; its time goes to the next sample
        self._is_sampling = True
        stack = []
        while frame is not None and frame is not self._outer:
            stack.append(frame.f_code)
            frame = frame.f_back
        now = time.thread_time_ns()
        if frame is not None and stack:
            self._samples.append(tuple(reversed(stack)))
            self._weights.append(now - self._last)
        self._last = time.thread_time_ns()
        self._is_sampling = False

    @property
    def cpu_time(self) -> int:
        """Nanoseconds of CPU time that the samples stand for."""
        return sum(self._weights)

    @property
    def sample_count(self) -> int:
        """The number of samples."""
        return len(self._samples)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write what was sampled as speedscope's JSON.

        Raises :class:`~profkit.errors.OutputError` where that cannot be done.
        """
        frames: dict[int, int] = {}
        listed: list[dict[str, object]] = []
        samples: list[list[int]] = []
        for stack in self._samples:
            for code in stack:
                # Code objects are equal where their text is, in whatever file they stand.
                if id(code) not in frames:
                    frames[id(code)] = len(listed)
                    listed.append(_frame(code))
            samples.append([frames[id(code)] for code in stack])
        content = {
            "$schema": _SCHEMA,
            "exporter": f"profkit@{__version__}",
            "shared": {"frames": listed},
            "profiles": [
                {
                    "type": "sampled",
                    "name": "MainThread",
                    "unit": "nanoseconds",
                    "startValue": 0,
                    "endValue": self.cpu_time,
                    "samples": samples,
                    "weights": self._weights,
                }
            ],
        }
        write_file(path, json.dumps(content))


def _frame(code: CodeType) -> dict[str, object]:
    file = code.co_filename
    return {
        "name": code.co_qualname,
        # What was made from no file, such as <frozen os>, keeps its name.
        "file": file if file.startswith("<") else str(Path(file).absolute()),
        "line": code.co_firstlineno,
    }
