"""From a file's name to a checked profile: source, format, model, symbols."""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from profkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from profkit.formats import Format, ReadOptions
    from profkit.profile import Profile

__all__ = ["load", "load_all", "preprocess"]

_WORTH_HELP = 4_000_000
"""From so many bytes on, of several files together, it is worth the start of another process."""

_EXPANSION = 10
"""About how many bytes there are in one of a compressed file."""


def load(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,  # noqa: A002 (the word that users know)
    options: ReadOptions | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Profile:
    """Read a profile from ``path`` (``-`` is standard input), plain, gzip or zstandard.

    The format is told by the content unless ``format`` names it (see :data:`profkit.FORMATS`).
    ``on_progress`` is called with the bytes read so far and their total (None if unknown).

    Raises :class:`~profkit.errors.InputError` where the file cannot be read or makes no sense,
    :class:`~profkit.errors.UsageError` where ticks are selected and it is no V8 log, or times are
    weighed in a way that it has no times for.

    >>> import profkit
    >>> profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz").sample_count
    5849
    """
    from profkit.formats import ReadOptions, detect, find_format  # noqa: PLC0415
    from profkit.profile import validate  # noqa: PLC0415
    from profkit.source import open_source  # noqa: PLC0415
    from profkit.symbols.packages import assign_packages  # noqa: PLC0415

    options = options or ReadOptions()
    with open_source(path, on_progress=on_progress) as source, _resting_collector():
        chosen = find_format(format) if format else detect(source)
        _refuse_selection(chosen, source.name, options)
        profile = validate(chosen.reader.read(source, options))
        if options.symbols:
            from profkit.symbols.native import name_native_code  # noqa: PLC0415

            named = name_native_code(profile, options.symbol_files, options.target)
            profile = profile if named is profile else validate(named)
        if options.source_maps or options.find_source_maps:
            from profkit.symbols.sources import apply_source_maps  # noqa: PLC0415

            mapped = apply_source_maps(
                profile,
                options.source_maps,
                find=options.find_source_maps,
                target=options.target,
                sources=options.sources,
            )
            profile = profile if mapped is profile else validate(mapped)
    return assign_packages(profile)


def load_all(
    paths: Sequence[str | os.PathLike[str]],
    *,
    format: str | None = None,  # noqa: A002 (the word that users know)
    options: ReadOptions | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> list[Profile]:
    """Read several profiles as :func:`load` does, with all processors where it is worth that.

    ``on_progress`` is called with the bytes of the files that are done, and of all.

    Raises what :func:`load` does, for the first file that cannot be read.

    >>> import profkit
    >>> folder = "samples/node/22.23.3"
    >>> names = ("auth-api-logger.v8.log.gz", "auth-api-quiet.v8.log.gz")
    >>> profiles = profkit.load_all([f"{folder}/{name}" for name in names])
    >>> [profile.sample_count for profile in profiles]
    [5849, 2990]
    """
    from profkit.processes import processors, spread  # noqa: PLC0415 (only needed here)

    sizes = [_size(path) for path in paths]
    done, total = 0, sum(sizes)

    def is_read(number: int) -> None:
        nonlocal done
        done += sizes[number]
        if on_progress:
            on_progress(done, total)

    helpers = min(processors(), len(paths)) - 1 if total >= _WORTH_HELP else 0
    read = partial(load, format=format, options=options)
    return [_sealed(profile) for profile in spread(read, paths, helpers, is_read)]


def _size(path: str | os.PathLike[str]) -> int:
    """Return about how many bytes there are to be read; 0 where nobody knows."""
    try:
        size = os.path.getsize(path)  # noqa: PTH202 (nothing of pathlib is needed)
    except (OSError, ValueError):
        return 0
    return size * (_EXPANSION if os.fspath(path).endswith((".gz", ".zst")) else 1)


def _sealed(profile: Profile) -> Profile:
    """Make the columns read-only again, which those are not that come from another process."""
    return profile.replace(
        functions=replace(profile.functions),
        frames=replace(profile.frames),
        tree=replace(profile.tree),
        deopts=replace(profile.deopts),
        threads=tuple(replace(t, samples=replace(t.samples)) for t in profile.threads),
    )


def preprocess(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,  # noqa: A002 (the word that users know)
    options: ReadOptions | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Iterator[str]:
    """Read a V8 log and yield, in pieces, the JSON that V8's own tool makes of it.

    Native code that has a symbol is an entry of its own, of type ``CPP``. Raises what :func:`load`
    does, and :class:`~profkit.errors.UsageError` where it is no V8 log.
    """
    from profkit.formats import ReadOptions, detect, find_format  # noqa: PLC0415
    from profkit.formats.v8log.preprocess import preprocess as read  # noqa: PLC0415
    from profkit.source import open_source  # noqa: PLC0415
    from profkit.symbols.demangle import demangled  # noqa: PLC0415
    from profkit.symbols.native import native_names  # noqa: PLC0415

    options = options or ReadOptions()
    with open_source(path, on_progress=on_progress) as source, _resting_collector():
        chosen = find_format(format) if format else detect(source)
        if chosen.name != "v8log":
            raise UsageError(
                f"{source.name}: only V8 logs are preprocessed; this is {chosen.title}"
            )
        found = read(source, options)
        names = {}
        if options.symbols:
            names = native_names(
                found.libraries, *found.native, found.ledger, options.symbol_files, options.target
            )
        full = {place: (demangled(symbol), at) for place, (symbol, at) in names.items()}
        return found.lines(full)


def _refuse_selection(chosen: Format, name: str, options: ReadOptions) -> None:
    from profkit.formats import TickSelection  # noqa: PLC0415

    if options.ticks != TickSelection() and chosen.name != "v8log":
        raise UsageError(
            f"{name}: ticks are selected by state, range and clock in V8 logs only; "
            f"this is {chosen.title}"
        )
    if options.weigh != "hits" and options.compat:
        raise UsageError("a tool's figures are weighed as that tool does: give one of the two")
    if (options.weigh != "hits" or options.compat) and not chosen.has_hits:
        raise UsageError(
            f"{name}: only a .cpuprofile is weighed as one likes, or as another tool does; "
            f"this is {chosen.title}"
        )


@contextmanager
def _resting_collector() -> Iterator[None]:
    """Keep the garbage collector from walking over millions of live objects while a file loads."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
