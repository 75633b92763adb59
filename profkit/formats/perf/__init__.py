"""What Linux's ``perf script`` prints of a recording made with ``perf record -g``.

Source: Linux's ``tools/perf/builtin-script.c`` and ``tools/perf/util/evsel_fprintf.c``. Three
parts: :mod:`~profkit.formats.perf.lines` tells the lines apart, :mod:`~profkit.formats.perf.names`
makes frames of them, :mod:`~profkit.formats.perf.samples` the profile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]

_BINARY = (b"PERFILE2", b"2ELIFREP")


def sniff(head: bytes) -> bool | None:
    """Tell perf's text by an event with its stack, and its binary data by how it begins."""
    from profkit.formats.perf.lines import has_events  # noqa: PLC0415

    return head.startswith(_BINARY) or has_events(head)


def read(source: Source, options: ReadOptions) -> Profile:
    """Read all samples.

    Raises :class:`~profkit.errors.FormatError` for perf's binary data or what is no such text, and
    :class:`~profkit.errors.EmptyInputError` where nothing was sampled.
    """
    from profkit.errors import FormatError  # noqa: PLC0415
    from profkit.formats.perf.samples import Samples  # noqa: PLC0415

    if source.head.startswith(_BINARY):
        message = "is perf's binary data; read what `perf script -i` prints of it"
        raise FormatError(source.name, message)
    samples = Samples(source.name, lines=options.lines)
    samples.read(source)
    return samples.finish()
