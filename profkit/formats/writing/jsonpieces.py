"""What writers of JSON share: strings that any reader takes, and columns in pieces."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    import numpy.typing as npt

__all__ = ["array", "joined", "string", "valid"]

_PIECE = 1 << 15


def valid(text: str) -> str:
    r"""Return text that every encoding holds: half a surrogate pair becomes ``\udXXX`` in letters.

    >>> print(valid("a\ud800"))
    a\ud800
    """
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def string(text: str) -> str:
    r"""Return a JSON string, in ASCII.

    >>> print(string('say "né"'))
    "say \"n\u00e9\""
    """
    return encode_basestring_ascii(valid(text))


def array(column: npt.NDArray[np.generic]) -> Iterator[bytes]:
    """Yield a column of numbers as a JSON array."""
    yield b"["
    for start in range(0, len(column), _PIECE):
        comma = "," if start else ""
        yield (comma + ",".join(map(repr, column[start : start + _PIECE].tolist()))).encode()
    yield b"]"


def joined(items: Iterable[str]) -> Iterator[bytes]:
    """Yield JSON values as an array, many in a piece."""
    yield b"["
    batch: list[str] = []
    first = True
    for item in items:
        batch.append(item)
        if len(batch) == _PIECE:
            yield (("" if first else ",") + ",".join(batch)).encode()
            batch, first = [], False
    if batch:
        yield (("" if first else ",") + ",".join(batch)).encode()
    yield b"]"
