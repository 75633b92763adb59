"""pprof's own format: a ``Profile`` message of ``profile.proto``, compressed with gzip or not.

Source: https://github.com/google/pprof/blob/main/proto/profile.proto. Four parts:
:mod:`~profkit.formats.pprof.protobuf` is the wire format, :mod:`~profkit.formats.pprof.schema`
decodes the message, :mod:`~profkit.formats.pprof.assemble` makes the profile, and
:mod:`~profkit.formats.pprof.write` writes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.formats.pprof.protobuf import TruncatedError, WireError, fields

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]

# The fields of a Profile that are numbers; the others have a length.
_NUMBERS = {7, 8, 9, 10, 12, 13, 14, 15}
_BLOCKS = {1, 2, 3, 4, 5, 6, 11, 13}
_SAMPLE_TYPE = 1


def sniff(head: bytes) -> bool | None:
    """Tell a Profile by its fields, as far as they go, of which one says what is measured."""
    found = False
    try:
        for number, value in fields(head):
            if isinstance(value, int):
                if number not in _NUMBERS:
                    return False
            elif number not in _BLOCKS:
                return False
            elif number == _SAMPLE_TYPE:
                inner = list(fields(value))
                found = all(n in (1, 2) and isinstance(v, int) for n, v in inner) and bool(inner)
                if not found:
                    return False
    except TruncatedError:
        return found or None if head[:1] in (b"\x0a", b"\x12") else False
    except WireError:
        return False
    return found


def read(source: Source, options: ReadOptions) -> Profile:  # noqa: ARG001 (nothing to choose)
    """Read a profile.

    Raises :class:`~profkit.errors.FormatError` where the message is damaged or refers to what is
    not there, and :class:`~profkit.errors.EmptyInputError` where nothing was sampled.
    """
    from profkit.formats.pprof.assemble import assemble  # noqa: PLC0415 (imports numpy)
    from profkit.formats.pprof.schema import parse  # noqa: PLC0415

    return assemble(parse(b"".join(source.chunks()), source.name), source.name)
