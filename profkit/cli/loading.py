"""From the PROFILE arguments to one profile, with progress, warnings and memory."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from profkit.cli.memory import recall, remember
from profkit.cli.messages import note
from profkit.cli.narrowing import narrow
from profkit.errors import NothingToReadError, UsageError
from profkit.loading import load, preprocess
from profkit.profile import Action, Ledger, merge, thread_name
from profkit.render.values import count, noteworthy_losses
from profkit.source import STDIN

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Sequence

    from profkit.cli.narrowing import Subject
    from profkit.formats import ReadOptions
    from profkit.profile import Profile
    from profkit.transforms.steps import Step

__all__ = [
    "Reading",
    "load_profiles",
    "pick_value_type",
    "preprocess_log",
    "refuse_paths",
    "tell_of_reading",
]

_WORTH_PROGRESS = 20_000_000
_HINT = " (profkit info says why)"
_PATIENCE = 1.0
"""How many seconds a pipe that nobody named may stay silent; ``-`` waits as long as it takes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read, and the steps that lead to what is looked at of them."""

    options: ReadOptions
    steps: tuple[Step, ...] = ()

    def but(self, **changes: object) -> Reading:
        """Return the same with other options."""
        return replace(self, options=replace(self.options, **changes))  # type: ignore[arg-type]


def load_profiles(
    paths: Sequence[str],
    *,
    input_format: str | None = None,
    reading: Reading | None = None,
    output: str | None = None,
    subject: Subject = "samples",
    shows_losses: bool = False,
) -> Profile:
    """Read the files that the user named, merge them and keep what is asked of them.

    ``output`` is the file that the result will go to, which must be none of them; ``subject`` what
    the command is about, and of which something must remain; ``shows_losses`` tells that it shows
    itself what was lost, and why.

    Given none, takes standard input where something is piped into it, else the files that were
    last read in this directory, and says so. Shows progress on standard error, notes what was lost
    in reading, and remembers the files for the next command.

    Raises :class:`~profkit.errors.UsageError` where a profile would be overwritten or nothing
    remains of it,
    :class:`~profkit.errors.NothingToReadError` where there is nothing to read,
    :class:`~profkit.errors.InputError` where reading fails.
    """
    paths, formats = _named(paths, input_format, output)
    options = reading.options if reading else None
    profiles = [_load(path, name, options) for path, name in zip(paths, formats, strict=True)]
    profile = merge(_told_apart(profiles))
    remember(paths, [profile.meta.format for profile in profiles])
    if len(profiles) > 1:
        note(f"{len(profiles)} profiles are shown as one{_differences(profiles)}")
    tell_of_reading([profile], "" if shows_losses else _HINT)
    return narrow(profile, reading.steps, subject) if reading else profile


def preprocess_log(
    paths: Sequence[str],
    *,
    input_format: str | None = None,
    reading: Reading,
    output: str | None = None,
) -> Iterator[str]:
    """Read the V8 log that the user named and return what V8's own tool makes of it, in pieces.

    Raises :class:`~profkit.errors.UsageError` where there are several or steps are asked for, and
    what :func:`load_profiles` does.
    """
    if reading.steps:
        raise UsageError(f"a log is preprocessed whole, without --{reading.steps[0].name}")
    paths, formats = _named(paths, input_format, output)
    if len(paths) > 1:
        raise UsageError(f"one V8 log is preprocessed at a time, and {len(paths)} are named")
    with _progress(paths[0]) as on_progress:
        return preprocess(
            paths[0], format=formats[0], options=reading.options, on_progress=on_progress
        )


def _named(
    paths: Sequence[str], input_format: str | None, output: str | None
) -> tuple[Sequence[str], Sequence[str | None]]:
    """Return what is to be read, and the format of each where that is known."""
    formats: Sequence[str | None] = [input_format] * len(paths)
    if not paths:
        paths, formats = _unnamed(input_format)
    refuse_paths(paths, output)
    return paths, formats


def refuse_paths(paths: Sequence[str], output: str | None) -> None:
    """Raise :class:`UsageError` where a profile would be overwritten, or cannot be read twice."""
    if any(_is_same_file(path, output) for path in paths):
        raise UsageError(f"{output} is a profile to read; name another file for the result")
    if list(paths).count(STDIN) > 1:
        raise UsageError("standard input can be read only once")


def pick_value_type(profile: Profile, name: str | None) -> int:
    """Return the number of the value type of this name; the first where there is no name.

    Raises :class:`~profkit.errors.UsageError` for a name that the profile does not have.
    """
    names = [value_type.type for value_type in profile.value_types]
    if name is None:
        return 0
    if name not in names:
        raise UsageError(f"{name!r} is no value type of this profile; it has {', '.join(names)}")
    return names.index(name)


def _told_apart(profiles: Sequence[Profile]) -> list[Profile]:
    """Name threads after their files, where several files have threads of one name."""
    threads = [(thread_name(t), t.process_id) for p in profiles for t in p.threads]
    if len(set(threads)) == len(threads):
        return list(profiles)
    answer = []
    for profile in profiles:
        file = _short_path(profile.meta.source)
        alone = len(profile.threads) == 1
        answer.append(
            profile.replace(
                threads=tuple(
                    replace(t, name=file if alone else f"{file}: {thread_name(t)}")
                    for t in profile.threads
                )
            )
        )
    return answer


def _differences(profiles: Sequence[Profile]) -> str:
    """Say which values each profile has, where they are not the same."""
    if len({profile.value_types for profile in profiles}) == 1:
        return ""
    has = "; ".join(
        f"{profile.meta.source} has {', '.join(kind.type for kind in profile.value_types)}"
        for profile in profiles
    )
    return f", with 0 where one does not have the value shown: {has}"


def _unnamed(input_format: str | None) -> tuple[Sequence[str], Sequence[str | None]]:
    if _is_piped():
        return (STDIN,), (input_format,)
    last = recall()
    if last is None:
        raise NothingToReadError(
            "no PROFILE is named, and none was read in this directory before; "
            "name a file, or - for standard input"
        )
    moment = time.strftime("%Y-%m-%d %H:%M", time.localtime(last.when))
    same = [file.is_unchanged for file in last.files]
    changed = "" if all(same) else ", changed since"
    paths = [_short_path(path) for path in last.paths]
    note(f"using {', '.join(paths)} (last read {moment}{changed})")
    # What has changed may be of another format by now.
    known = [
        file.format if is_same else None for file, is_same in zip(last.files, same, strict=True)
    ]
    return paths, [input_format or name for name in known]


def _is_same_file(path: str, output: str | None) -> bool:
    try:
        return output is not None and STDIN not in (path, output) and os.path.samefile(path, output)  # noqa: PTH121
    except (OSError, ValueError):
        return False


def _is_piped() -> bool:
    """Tell whether somebody pipes a profile in.

    A pipe that stays open and silent is none: whoever started this program may have left one.
    """
    import select  # noqa: PLC0415 (only needed here)
    import stat  # noqa: PLC0415

    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    if stat.S_ISREG(mode):
        return True
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return False
    ready, _, _ = select.select([descriptor], [], [], _PATIENCE)
    return bool(ready and cast("io.BufferedReader", sys.stdin.buffer).peek(1))


def _short_path(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def _load(path: str, input_format: str | None, options: ReadOptions | None) -> Profile:
    with _progress(path) as on_progress:
        return load(path, format=input_format, options=options, on_progress=on_progress)


@contextlib.contextmanager
def _progress(path: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """Yield what shows the bytes read, where the input is big and somebody looks."""
    try:
        is_big = path == STDIN or os.path.getsize(path) >= _WORTH_PROGRESS  # noqa: PTH202
    except (OSError, ValueError):
        is_big = False
    if not is_big or not sys.stderr.isatty():
        yield None
        return
    from profkit.cli.progress import showing_progress  # noqa: PLC0415 (imports rich)

    with showing_progress(path) as on_progress:
        yield on_progress


def tell_of_reading(profiles: Sequence[Profile], hint: str = _HINT) -> None:
    """Say what was lost in reading, and which source maps were used that nobody named."""
    ledger = functools.reduce(Ledger.merged, (profile.ledger for profile in profiles))
    _tell_of_source_maps(ledger)
    losses = noteworthy_losses(ledger)
    if losses:
        note(f"dropped or repaired: {losses}{hint}")


def _tell_of_source_maps(ledger: Ledger) -> None:
    """Say that places come from maps which nobody named, and which maps did not serve."""
    from profkit.symbols.sources import MAPPED_BESIDE, MAPS  # noqa: PLC0415 (loaded by now)

    if mapped := ledger.count(Action.USED, cause=MAPPED_BESIDE):
        note(
            f"{count(mapped, 'function')} placed by source maps beside their files "
            "(--no-source-maps leaves them)"
        )
    for entry in ledger.entries:
        if entry.unit == MAPS:
            note(f"{count(entry.count, 'source map')} not used, {entry.cause}: {entry.example}")
