"""Austin's text: a sample a line, with process, thread, stack and one or three metrics.

Source: Austin's README, versions 2 to 4; version 4 writes it by way of ``mojo2austin``. Two parts:
:mod:`~profkit.formats.austin.lines` tells what a line is,
:mod:`~profkit.formats.austin.samples` makes the profile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]

_BINARY = b"MOJ"


def sniff(head: bytes) -> bool | None:
    """Tell Austin's text by its metadata or its first stack, and its binary form by its mark."""
    from profkit.formats.austin.lines import is_austin  # noqa: PLC0415
    from profkit.formats.encoding import utf8_head  # noqa: PLC0415

    return head.startswith(_BINARY) or is_austin(utf8_head(head))


def read(source: Source, options: ReadOptions) -> Profile:
    """Read all samples.

    Raises :class:`~profkit.errors.FormatError` for the binary form or what is no such text, and
    :class:`~profkit.errors.EmptyInputError` where nothing was sampled.
    """
    from profkit.errors import FormatError  # noqa: PLC0415
    from profkit.formats.austin.samples import Samples  # noqa: PLC0415

    if source.head.startswith(_BINARY):
        message = "is Austin's binary form (MOJO); read what `mojo2austin` makes of it"
        raise FormatError(source.name, message)
    samples = Samples(source.name, lines=options.lines)
    samples.read(source)
    return samples.finish()
