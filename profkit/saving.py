"""From a profile to a file of another tool: format, compression, and what is left out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from profkit.errors import UsageError
from profkit.files import write_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profkit.formats.targets import Target
    from profkit.profile import Profile

__all__ = ["encode", "write"]


def write(
    profile: Profile,
    path: str | os.PathLike[str],
    *,
    format: str | None = None,  # noqa: A002 (the word that users know)
    value_type: int | None = None,
) -> tuple[str, ...]:
    """Write a profile as a file that other tools read; returns what such a file cannot hold.

    The format is told by the file's name unless ``format`` names it (see
    :data:`profkit.TARGETS`); a name that ends in ``.gz`` or ``.zst`` compresses. ``value_type`` is
    the number of the only value to write; without it the format gets as many as it holds. The file
    is written beside its place and renamed.

    Raises :class:`~profkit.errors.UsageError` where the name does not tell the format, or the
    format cannot hold the profile at all; :class:`~profkit.errors.OutputError` where the file
    cannot be written.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> profkit.write(profile, "auth-api.pb.gz")
    ('when samples were taken', 'which compiler made the code', 'states of the virtual machine')
    """
    from profkit.formats.targets import find_target, target_for  # noqa: PLC0415
    from profkit.formats.writing.contents import left_out  # noqa: PLC0415 (imports numpy)

    name = os.fspath(path)
    target = find_target(format) if format else target_for(name)
    write_file(path, encode(profile, target, name, value_type))
    return tuple(left_out(profile, target, value_type))


def encode(
    profile: Profile, target: Target, path: str, value_type: int | None = None
) -> Iterator[bytes]:
    """Yield a file of that format in pieces, compressed as the name ``path`` says.

    Raises :class:`~profkit.errors.UsageError` where the format cannot hold the profile.
    """
    from profkit.source.packing import GZIP, compression_of, packed  # noqa: PLC0415

    if not profile.sample_count:
        raise UsageError("there are no samples to write")
    compression = compression_of(path) or (GZIP if target.packed else "")
    return packed(target.writer.write(profile, value_type), compression)
