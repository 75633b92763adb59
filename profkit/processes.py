"""Work that another process does meanwhile, for Python does one thing at a time."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING, BinaryIO, Generic, TypeVar, cast

from profkit.errors import ProfkitError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

__all__ = ["Helper", "HelperLostError", "processors", "serve", "spread"]

_Task = TypeVar("_Task")
_Answer = TypeVar("_Answer")

_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; from profkit.processes import serve; "
    "serve(sys.stdin.buffer, sys.stdout.buffer)"
)


class HelperLostError(Exception):
    """A helper could not be started or ended before it answered; its work is still to be done."""


class Helper:
    """Another Python that calls functions, one after the other, and hands back what they return.

    A process of its own, not a copy of this one: that is the same on all platforms, safe where
    threads are running, and asks nothing of the program that uses it.
    """

    def __init__(self) -> None:
        self._process = _start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process:
            if kind:
                self._process.kill()
            with contextlib.suppress(OSError):  # it may have ended with something left to be read
                self._process.__exit__(kind, error, traceback)

    def ask(self, function: Callable[..., object], *arguments: object) -> None:
        """Have a function called that a module has by its name.

        Raises :class:`HelperLostError` where nobody is there to do it.
        """
        if not self._process:
            raise HelperLostError
        stream = cast("BinaryIO", self._process.stdin)
        try:
            pickle.dump((function, arguments), stream, pickle.HIGHEST_PROTOCOL)
            stream.flush()
        except OSError:
            raise HelperLostError from None

    def answer(self) -> object:
        """Wait for what was asked last, and return what the function returned.

        Raises the :class:`~profkit.errors.ProfkitError` that it raised, and
        :class:`HelperLostError` where it ended in any other way.
        """
        if not self._process:
            raise HelperLostError
        try:
            is_error, answer = pickle.load(cast("BinaryIO", self._process.stdout))  # noqa: S301 (our own process wrote it)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise HelperLostError from None
        if is_error:
            raise answer
        return answer


def spread(
    function: Callable[[_Task], _Answer],
    tasks: Sequence[_Task],
    helpers: int,
    on_done: Callable[[int], None] = lambda _: None,
) -> list[_Answer]:
    """Call a function for each task, here and in so many other processes; return what it returns.

    ``on_done`` is called with the number of each task that is done. The first task of which the
    function raises a :class:`~profkit.errors.ProfkitError` is the one that is told of.
    """
    sharing = _Sharing(function, tasks, on_done)
    threads = [threading.Thread(target=sharing.elsewhere, daemon=True) for _ in range(helpers)]
    for thread in threads:
        thread.start()
    try:
        sharing.here()
        for thread in threads:
            thread.join()
        sharing.here()  # what lost helpers left
    finally:
        sharing.stop()
    return sharing.answers()


class _Sharing(Generic[_Task, _Answer]):
    """Tasks that several threads take in order, each when it has nothing else to do."""

    def __init__(
        self,
        function: Callable[[_Task], _Answer],
        tasks: Sequence[_Task],
        on_done: Callable[[int], None],
    ) -> None:
        self._function = function
        self._tasks = tasks
        self._on_done = on_done
        self._open = deque(range(len(tasks)))
        self._answers: dict[int, _Answer] = {}
        self._errors: dict[int, ProfkitError] = {}
        self._lock = threading.Lock()

    def here(self) -> None:
        """Do what is open in this thread."""
        self._work(lambda number: self._function(self._tasks[number]))

    def elsewhere(self) -> None:
        """Have a helper do what is open; leave the rest where it is lost."""
        with Helper() as helper:

            def ask(number: int) -> _Answer:
                try:
                    helper.ask(self._function, self._tasks[number])
                    return cast("_Answer", helper.answer())
                except HelperLostError:
                    self._open.appendleft(number)
                    raise

            with contextlib.suppress(HelperLostError):
                self._work(ask)

    def stop(self) -> None:
        """Leave what nobody has begun."""
        self._open.clear()

    def answers(self) -> list[_Answer]:
        """Return all answers in the order of the tasks, or raise the first error.

        Tasks are begun in their order, so that no earlier one was left because of that error.
        """
        for number in sorted(self._errors):
            raise self._errors[number]
        return [self._answers[number] for number in range(len(self._tasks))]

    def _work(self, do: Callable[[int], _Answer]) -> None:
        while (number := self._next()) is not None:
            try:
                self._answers[number] = do(number)
            except ProfkitError as error:
                self._errors[number] = error
                self.stop()
            else:
                with self._lock:
                    self._on_done(number)

    def _next(self) -> int | None:
        try:
            return self._open.popleft()
        except IndexError:
            return None


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Call functions as a :class:`Helper`'s process does, until nobody asks any more."""
    gc.disable()  # what is read lives until it is handed over
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            function, arguments = pickle.load(requests)  # noqa: S301 (our own process wrote it)
            answer: tuple[bool, object]
            try:
                answer = False, function(*arguments)
            except ProfkitError as error:
                answer = True, error
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def processors() -> int:
    """Return how many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start() -> subprocess.Popen[bytes] | None:
    import subprocess  # noqa: PLC0415 (2 ms, and few inputs are large)

    if not sys.executable:
        return None
    command = [sys.executable, "-I", "-S", "-c", _PROGRAM, *sys.path]
    try:
        return subprocess.Popen(  # noqa: S603 (this very Python)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None
