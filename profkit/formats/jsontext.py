"""What the JSON formats share: telling one by its first keys, and errors that name the place."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import numpy as np

from profkit.errors import FormatError
from profkit.formats.encoding import utf8_chunks, utf8_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from profkit.source import Source

__all__ = [
    "NULL",
    "TooDeepError",
    "column_of",
    "decode",
    "decode_optional",
    "is_given",
    "key_paths",
    "numbers",
    "text_of",
]

T = TypeVar("T")

_NULL_TEXT = b"null"
NULL = msgspec.Raw(_NULL_TEXT)
"""What stands for an optional part that is left as text and is not there."""

_BOUNDS = np.iinfo(np.int64)
_NARROW = np.iinfo(np.int32)
_BLOCK = 1 << 18
_COMMA = re.compile(rb",")
_OBJECT = re.compile(rb"\s*\{")
_TOKEN = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|([{\[])|[}\]]|"', re.DOTALL)
_PLACE = re.compile(r"(.*) - at `(?:key in )?(.*)`", re.DOTALL)
_BYTE = re.compile(r"(.*) \((byte \d+)\)")


class TooDeepError(FormatError):
    """Arrays and objects stand in each other more deeply than the decoder goes."""


def key_paths(head: bytes) -> Iterator[tuple[bytes, ...]]:
    """Yield the path of each key in the beginning of a JSON object, as far as it goes.

    The items of an array stand under the empty key. Nothing is yielded where ``head`` begins
    otherwise than an object does.
    """
    head = utf8_head(head)
    if not _OBJECT.match(head):
        return
    path: list[bytes] = []
    key = b""
    for token in _TOKEN.finditer(head):
        text, colon, opening = token.groups()
        if colon:
            key = text
            yield (*path[1:], key)
        elif opening:
            path.append(key)
            key = b""
        elif text is None:
            if token[0] == b'"' or len(path) <= 1:
                return  # the head ends within a string, or the object has ended
            path.pop()
            key = b""


def text_of(source: Source) -> bytearray:
    """Return the whole text of a JSON source as UTF-8, without a byte order mark."""
    text = bytearray()
    for chunk in utf8_chunks(source):
        text += chunk
    return text


def decode(
    text: Any,  # noqa: ANN401 (bytes, bytearray or msgspec.Raw)
    type: type[T],  # noqa: A002 (msgspec's word)
    source: str,
    *,
    at: str = "$",
) -> T:
    """Decode JSON into a msgspec type; ``at`` is the path at which ``text`` stands in its file.

    A number in quotes is a number too.

    Raises :class:`FormatError` with the place: a path such as ``$.nodes[0].id`` where the content
    is not as the format has it, a byte where it is no JSON; :class:`TooDeepError` where it may be,
    but is nested too deeply to tell.
    """
    try:
        return msgspec.json.decode(text, type=type, strict=False)
    except msgspec.ValidationError as error:
        match = _PLACE.fullmatch(str(error))
        message, place = match.groups() if match else (str(error), "$")
        raise FormatError(source, _lowered(message), where=at + place[1:]) from None
    except msgspec.DecodeError as error:
        message, where = str(error), f"byte {len(memoryview(text))}"
        if match := _BYTE.fullmatch(message):
            message, where = match.groups()
        where = where if at == "$" else f"{at}, {where}"
        raise FormatError(source, _lowered(message), where=where) from None
    except UnicodeDecodeError as error:
        where = f"byte {error.start}" if at == "$" else at
        raise FormatError(source, "a string is not valid UTF-8", where=where) from None
    except RecursionError:
        raise TooDeepError(source, "is nested too deeply", where=at) from None


def _lowered(message: str) -> str:
    """Begin as what follows a colon does, but leave ``JSON`` alone."""
    return message if message[:2].isupper() else message[:1].lower() + message[1:]


def decode_optional(
    raw: msgspec.Raw,
    type: type[T],  # noqa: A002 (msgspec's word)
    source: str,
    *,
    at: str,
) -> T | None:
    """Decode an optional part of a file as :func:`decode` does; None where it is not there."""
    return decode(raw, type, source, at=at) if is_given(raw) else None


def is_given(raw: msgspec.Raw) -> bool:
    """Tell whether an optional part of a file, left as text, is there."""
    return bytes(memoryview(raw)[: len(_NULL_TEXT)]) != _NULL_TEXT


def numbers(
    raw: msgspec.Raw, source: str, at: str, *, whole: bool = False, narrow: bool = False
) -> npt.NDArray[Any] | None:
    """Decode an array of numbers: ``int64`` where all are whole, else ``float64``; None for null.

    With ``narrow`` whole numbers are ``int32`` where that holds them all.

    Raises :class:`FormatError` where there is something else in it, or, with ``whole``, a fraction.
    """
    if not is_given(raw):
        return None
    quick = _whole_numbers(memoryview(raw))
    if quick is not None:
        return quick if narrow else quick.astype(np.int64, copy=False)
    if whole:
        return column_of(decode(raw, list[int], source, at=at), source, at)
    return column_of(decode(raw, list[int | float], source, at=at), source, at)


def _whole_numbers(text: memoryview) -> npt.NDArray[Any] | None:
    """Decode an array of whole numbers, a block at a time; None where it may be none."""
    start, end = 1, len(text) - 1
    if bytes(text[:1]) != b"[" or not bytes(text[1:_BLOCK]).strip(b" \t\r\n]"):
        return None
    commas = sum(bytes(text[at : at + _BLOCK]).count(b",") for at in range(0, end, _BLOCK))
    answer: npt.NDArray[Any] = np.empty(commas + 1, np.int32)
    done = 0
    while start < end:
        comma = _COMMA.search(text, start + _BLOCK, end)
        stop = comma.start() if comma else end
        with warnings.catch_warnings(action="error"):
            try:
                part = np.fromstring(bytes(text[start:stop]), np.int64, sep=",")
            except (ValueError, DeprecationWarning):
                return None
        if not len(part) or part.max() == _BOUNDS.max or part.min() == _BOUNDS.min:
            return None  # what does not fit into 64 bits comes out as the largest that does
        if answer.dtype != np.int64 and (part.max() > _NARROW.max or part.min() < _NARROW.min):
            answer = answer.astype(np.int64)
        answer[done : done + len(part)] = part
        done += len(part)
        start = stop + 1
    return answer if done == len(answer) else None


def column_of(items: list[int] | list[int | float], source: str, at: str) -> npt.NDArray[Any]:
    """Make a column: ``int64`` where all numbers are whole, else ``float64``.

    Raises :class:`FormatError` where one does not fit.
    """
    is_whole = all(isinstance(item, int) for item in items)
    try:
        return np.array(items, np.int64 if is_whole else np.float64)
    except OverflowError:
        raise FormatError(source, "a number is beyond 64 bits", where=at) from None
