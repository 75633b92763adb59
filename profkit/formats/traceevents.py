"""The container that traces share: an array of events, alone or within an object, whole or cut.

Source: Google's "Trace Event Format". A trace is read batch by batch, so that neither its size nor
what else is in it costs memory. Where a batch ends is a guess, which decoding proves: text from the
beginning of one event to the end of another is a list of events only if it begins and ends outside
of strings and of all other brackets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from profkit.errors import FormatError
from profkit.formats.encoding import utf8_chunks, utf8_head
from profkit.formats.jsontext import NULL, decode, is_given, key_paths
from profkit.profile import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profkit.profile import LedgerBook
    from profkit.source import Source

__all__ = ["TraceEvents", "begins_like_a_trace"]

T = TypeVar("T")

_KEY = b"traceEvents"
_SURE = {(_KEY, b"", b"ph"), (b"metadata", b"dataOrigin")}
_POSSIBLE = {(_KEY,), (_KEY, b"", b"args"), (_KEY, b"", b"cat"), (_KEY, b"", b"pid")}

_ARRAY = re.compile(rb"\s*\[")
_IN_OBJECT = re.compile(rb'"traceEvents"\s*:\s*\[')
_FIRST_KEY = re.compile(rb'\s*+(?:,\s*+)?\{\s*+("[^"\\]*")')
_BETWEEN = re.compile(rb"\}\s*+,\s*+\{\s*+")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}"]', re.DOTALL)
_ITEM = re.compile(r"\$\[(\d+)\]")
_BYTE = re.compile(r"byte (\d+)")
_SPACE = b" \t\r\n"
# What may stand between the end of an event and the beginning of the next, at most.
_REACH = 256


class _Members(msgspec.Struct):
    """What is of interest beside the events."""

    metadata: msgspec.Raw = NULL


class _Whole(_Members, kw_only=True):
    events: msgspec.Raw = msgspec.field(name="traceEvents")


def begins_like_a_trace(head: bytes) -> bool | None:
    """Tell a trace by the keys that stand in its beginning: surely, surely not, or perhaps."""
    head = utf8_head(head)
    is_array = _ARRAY.match(head)
    verdict: bool | None = False
    for path in key_paths(b'{"traceEvents":' + head if is_array else head):
        if path in _SURE:
            return True
        if path in _POSSIBLE and not (is_array and path == (_KEY,)):
            verdict = None
    return verdict


class TraceEvents(Generic[T]):
    """The events of a trace, each as a ``type`` of msgspec's.

    ``at`` is the path of the array. Once all were read, ``metadata`` is what the trace says of
    itself (null where it does not), and ``is_cut`` whether it was cut short, as the ledger says.
    """

    def __init__(self, source: Source, type: type[T], ledger: LedgerBook) -> None:  # noqa: A002
        """Prepare to read a source, once."""
        self.metadata = NULL
        self.at = "$"
        self._source = source.name
        self._chunks = utf8_chunks(source)
        self._ledger = ledger
        self._type = type
        self._decoder = msgspec.json.Decoder(list[type], strict=False)  # type: ignore[valid-type]
        self._text = bytearray()
        self._taken = 0
        self._count = 0
        self._lost = 0
        self.is_cut = False

    def batches(self) -> Iterator[tuple[int, list[T]]]:
        """Yield the number of a first event, and it with some that follow.

        Raises :class:`FormatError`, with the place, where the file is no trace; a file that ends
        too early is none for that.
        """
        if not self._find_array():
            yield 0, self._from_whole_file()
            return
        wanted = 0
        for piece in self._chunks:
            self._text += piece
            if len(self._text) < wanted:
                continue
            cut = self._likely_cut()
            batch = self._attempt(cut) if cut else None
            if batch is None:
                cut, is_closed = _last_whole(self._text)
                if is_closed:
                    break
                if not cut:  # an event longer than the text so far
                    wanted = 2 * len(self._text)
                    continue
                batch = self._decode(self._text[:cut])
            wanted = 0
            yield self._take(cut, batch)
        for piece in self._chunks:
            self._text += piece
        yield self._take(len(self._text), self._last_batch())
        self._ledger.add(Action.READ, "events", "all", self._count + self._lost)

    def _find_array(self) -> bool:
        """Drop what stands before the first event; False where no array of events is found."""
        searched = 0
        for piece in self._chunks:
            self._text += piece
            if _ARRAY.match(self._text):
                self._drop(self._text.index(b"[") + 1)
                return True
            while found := _IN_OBJECT.search(self._text, searched):
                searched = found.end()
                try:
                    before = self._text[: found.start()] + b'"":0}'
                    self._keep_metadata(decode(before, _Members, self._source))
                except FormatError:
                    continue  # within a string, or deeper in the object
                self.at = "$.traceEvents"
                self._drop(found.end())
                return True
            searched = max(searched, len(self._text) - _REACH)
        return False

    def _from_whole_file(self) -> list[T]:
        """Decode all at once, which says what is wrong."""
        whole = decode(self._text, _Whole, self._source)
        self._keep_metadata(whole)
        events = decode(whole.events, list[self._type], self._source, at="$.traceEvents")  # type: ignore[name-defined]
        self._ledger.add(Action.READ, "events", "all", len(events))
        return events

    def _likely_cut(self) -> int:
        """Return where an event ends, 0 where none seems to.

        Events of one writer begin with the same key.
        """
        first = _FIRST_KEY.match(self._text)
        if not first:
            return 0
        key = first[1]
        place = self._text.rfind(key)
        while place > 0:
            brace = self._text.rfind(b"}", max(place - _REACH, 0), place)
            between = _BETWEEN.match(self._text, brace) if brace >= 0 else None
            if between and between.end() == place:
                return brace + 1
            place = self._text.rfind(key, 0, place)
        return 0

    @property
    def _opening(self) -> bytes:
        """What makes a list of the text: where events came before, it begins with a comma."""
        return b"[{}" if self._count else b"["

    def _attempt(self, end: int) -> list[T] | None:
        """Decode the text before ``end``; None where it is no list of events."""
        opening = self._opening
        try:
            events: list[T] = self._decoder.decode(b"".join((opening, self._text[:end], b"]")))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return events[len(opening) > 1 :]

    def _decode(self, text: bytearray) -> list[T]:
        """Decode some events; errors name the place in the file."""
        opening = self._opening
        added = int(len(opening) > 1)
        whole = b"".join((opening, text, b"]"))
        try:
            return decode(whole, list[self._type], self._source)[added:]  # type: ignore[name-defined]
        except FormatError as error:
            number, byte = self._count - added, self._taken - len(opening)
            where = _ITEM.sub(lambda m: f"{self.at}[{int(m[1]) + number}]", error.where, count=1)
            where = _BYTE.sub(lambda m: f"byte {int(m[1]) + byte}", where, count=1)
            raise FormatError(self._source, error.message, where=where) from None

    def _take(self, end: int, batch: list[T]) -> tuple[int, list[T]]:
        """Drop what was decoded."""
        first = self._count
        self._count += len(batch)
        self._drop(end)
        return first, batch

    def _drop(self, count: int) -> None:
        self._taken += count
        del self._text[:count]

    def _last_batch(self) -> list[T]:
        """Decode what is left, up to the array's end or, in a file that is cut, the last event's.

        A comma may stand before either.
        """
        events_end, is_closed = _last_whole(self._text)
        if is_closed:
            events = self._text[:events_end].rstrip(_SPACE).removesuffix(b",")
            self._finish(bytes(self._text[events_end + 1 :]))
            return self._decode(events)
        batch = self._decode(self._text[:events_end])
        rest = self._text[events_end:].strip(_SPACE + b",")
        if rest:
            where = f"byte {self._taken + len(self._text)}"
            cause = "cut short: the file ends within it"
            self._ledger.add(Action.DROPPED, "events", cause, 1, where)
            self._lost, self.is_cut = 1, True
        else:
            self._cut_short()
        return batch

    def _finish(self, rest: bytes) -> None:
        """Look at what follows the events."""
        if self.at == "$":
            if rest.strip(_SPACE):
                raise FormatError(self._source, "something follows the array of events")
            return
        try:
            self._keep_metadata(decode(b'{"":0' + rest, _Members, self._source))
        except FormatError:
            if _is_unclosed(rest):
                self._cut_short()
            else:
                message = "what follows the events is no JSON"
                raise FormatError(self._source, message, where="$") from None

    def _keep_metadata(self, members: _Members) -> None:
        if is_given(members.metadata):
            self.metadata = members.metadata.copy()

    def _cut_short(self) -> None:
        cause = "cut short after a whole event: nothing says whether more came"
        self._ledger.add(Action.REPAIRED, "files", cause)
        self.is_cut = True


def _last_whole(text: bytearray) -> tuple[int, bool]:
    """Return where the last whole item ends, or the array, and whether it was the array.

    ``text`` begins between two items of an array.
    """
    depth = end = 0
    for token in _TOKEN.finditer(text):
        found = token[0]
        if found == b'"':
            break  # the text ends within a string
        if found in (b"{", b"["):
            depth += 1
        elif found in (b"}", b"]"):
            depth -= 1
            if depth < 0:
                return token.start(), True
            if not depth:
                end = token.end()
    return end, False


def _is_unclosed(rest: bytes) -> bool:
    """Tell whether the rest of an object lacks its end."""
    depth = 1
    for token in _TOKEN.finditer(rest):
        if token[0] == b'"':
            return True
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(token[0], 0)
    return depth > 0
