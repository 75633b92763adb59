"""ELF files: which of their bytes are mapped as code, and their symbols.

Source: the System V ABI, "Object Files" and "Program Loading" (https://gabi.xinuos.com), and the
GDB manual, "Debugging Information in Separate Files".
"""

from __future__ import annotations

import lzma
import struct
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from profkit.profile.columns import ABSENT, concat
from profkit.symbols.table import SymbolFileError, SymbolTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

__all__ = ["MAGIC", "Elf"]

MAGIC = b"\x7fELF"
_PAGE = 4096
_EXECUTABLE_SEGMENT = 1
_LOAD = 1
_CODE_SECTION = 4
_NO_BITS = 8
_UNDEFINED, _RESERVED = 0, 0xFF00
_NO_TYPE, _FUNCTION, _INDIRECT_FUNCTION = 0, 2, 10
_BUILD_ID = 3
_MOST_HEADERS = 1 << 16

_SEGMENT = (
    [("type", "u4"), ("offset", "u4"), ("vaddr", "u4"), ("paddr", "u4"), ("filesz", "u4"),
     ("memsz", "u4"), ("flags", "u4"), ("align", "u4")],
    [("type", "u4"), ("flags", "u4"), ("offset", "u8"), ("vaddr", "u8"), ("paddr", "u8"),
     ("filesz", "u8"), ("memsz", "u8"), ("align", "u8")],
)  # fmt: skip
_SECTION = tuple(  # of 32 and of 64 bits
    [("name", "u4"), ("type", "u4"), ("flags", word), ("addr", word), ("offset", word),
     ("size", word), ("link", "u4"), ("info", "u4"), ("align", word), ("entsize", word)]
    for word in ("u4", "u8")
)  # fmt: skip
_SYMBOL = (
    [("name", "u4"), ("value", "u4"), ("size", "u4"), ("info", "u1"), ("other", "u1"),
     ("section", "u2")],
    [("name", "u4"), ("info", "u1"), ("other", "u1"), ("section", "u2"), ("value", "u8"),
     ("size", "u8")],
)  # fmt: skip


class _Section(NamedTuple):
    name: str
    flags: int
    start: int
    end: int
    data: memoryview
    strings: int


@dataclass(frozen=True)
class Elf:
    """An ELF file, 32 or 64 bits, of either byte order, given as its bytes (or a map of them).

    All methods and properties raise :class:`SymbolFileError` where the bytes make no sense.
    """

    data: memoryview
    machine: int = field(init=False, default=0)
    _order: str = field(init=False, default="<")
    _is_64: bool = field(init=False, default=True)

    def __post_init__(self) -> None:
        head = bytes(self.data[:20])
        if head[:4] != MAGIC:
            raise SymbolFileError("is no ELF file")
        if len(head) < 20 or head[4] not in (1, 2) or head[5] not in (1, 2):  # noqa: PLR2004
            raise SymbolFileError("has no valid ELF header")
        object.__setattr__(self, "_is_64", head[4] == 2)  # noqa: PLR2004
        object.__setattr__(self, "_order", "<" if head[5] == 1 else ">")
        object.__setattr__(self, "machine", self._unpack("H", 18)[0])

    def _unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(self._order + layout, self.data, offset)
        except struct.error:
            raise SymbolFileError(f"ends before byte {offset:,}, where a header stands") from None

    def _bytes(self, offset: int, size: int, what: str) -> memoryview:
        if offset + size > len(self.data):
            raise SymbolFileError(
                f"ends at byte {len(self.data):,}, {what} should reach to {offset + size:,}"
            )
        return self.data[offset : offset + size]

    def _rows(self, data: memoryview, layout: Sequence[list[Any]]) -> npt.NDArray[Any]:
        dtype = np.dtype(layout[self._is_64]).newbyteorder(self._order)  # type: ignore[arg-type]
        return np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)

    def _headers(
        self, offset: int, size: int, count: int, layout: Sequence[list[Any]]
    ) -> npt.NDArray[Any]:
        if not count:
            return self._rows(self.data[:0], layout)
        if size != np.dtype(layout[self._is_64]).itemsize or count > _MOST_HEADERS:
            raise SymbolFileError(f"has headers of {size} bytes, which ELF does not know")
        return self._rows(self._bytes(offset, size * count, "its table of headers"), layout)

    @cached_property
    def _code_segments(self) -> list[tuple[int, int, int]]:
        """File offset, address and size of each segment that is mapped as code."""
        offset = self._unpack("Q", 32)[0] if self._is_64 else self._unpack("I", 28)[0]
        size, count = self._unpack("HH", 54 if self._is_64 else 42)
        table = self._headers(offset, size, count, _SEGMENT)
        code = table[(table["type"] == _LOAD) & (table["flags"] & _EXECUTABLE_SEGMENT != 0)]
        return [
            (int(row["offset"]), int(row["vaddr"]), int(row["filesz"]))
            for row in code
            if max(int(row["offset"]), int(row["vaddr"])) + int(row["filesz"]) < 2**62
        ]

    @cached_property
    def _sections(self) -> list[_Section]:
        layout = "QIHHHHHH" if self._is_64 else "IIHHHHHH"
        offset, _, _, _, _, size, count, names = self._unpack(layout, 40 if self._is_64 else 32)
        if not offset:
            return []
        table = self._headers(offset, size, count, _SECTION)
        if names >= len(table):
            raise SymbolFileError("has no names for its sections")
        sections = []
        for row in table:
            place, extent = int(row["offset"]), int(row["size"])
            empty = int(row["type"]) in (0, _NO_BITS)
            data = self.data[:0] if empty else self._bytes(place, extent, "a section")
            start = int(row["addr"])
            sections.append(
                _Section("", int(row["flags"]), start, start + extent, data, int(row["link"]))
            )
        text = sections[names].data
        return [
            section._replace(name=_string(text, int(row["name"])))
            for row, section in zip(table, sections, strict=True)
        ]

    def section(self, name: str) -> memoryview | None:
        """Return the bytes of the section of this name, None where there is none."""
        return next((found.data for found in self._sections if found.name == name), None)

    @property
    def build_id(self) -> str:
        """The file's build id in hexadecimal; empty where it has none."""
        note = self.section(".note.gnu.build-id")
        if note is None or len(note) < 16:  # noqa: PLR2004
            return ""
        name, size, kind = struct.unpack_from(self._order + "III", note)
        start = 12 + (name + 3 & ~3)
        return bytes(note[start : start + size]).hex() if kind == _BUILD_ID else ""

    @property
    def debug_link(self) -> tuple[str, int] | None:
        """The name and the CRC-32 of the file that holds the symbols instead; or None."""
        link = self.section(".gnu_debuglink")
        if link is None or len(link) < 8:  # noqa: PLR2004
            return None
        crc = struct.unpack_from(self._order + "I", link, len(link) - 4)[0]
        return _string(link, 0), int(crc)

    def placement(self, start: int, end: int) -> int | None:
        """Return which byte of the file lies at the begin of a mapping that a log names.

        V8 logs the mapping of a code segment from where the file's first byte would be (0 then),
        before V8 7 from the segment's own begin. None where neither fits: it is another file.
        """
        for offset, _, size in self._code_segments:
            first, last = offset // _PAGE * _PAGE, -(-(offset + size) // _PAGE) * _PAGE
            if end - start == last:
                return 0
            if end - start == last - first:
                return first
        return None

    def addresses_of(self, places: Numbers) -> Numbers:
        """Turn places in the file into addresses; -1 outside of all code. Shapes are equal."""
        answer = np.full(len(places), ABSENT, np.int64)
        for offset, address, size in self._code_segments:
            inside = (places >= offset) & (places < offset + size)
            answer[inside] = places[inside] - offset + address
        return answer

    def symbols(self) -> SymbolTable:
        """Return all symbols of code: ``.symtab``, ``.dynsym`` and those that are packed inside."""
        tables = [
            (self._rows(section.data, _SYMBOL), self._sections[section.strings].data)
            for section in self._sections
            if section.name in (".symtab", ".dynsym") and section.strings < len(self._sections)
        ]
        return SymbolTable.build(*self._columns(tables))

    def packed(self) -> Elf | None:
        """Return the small ELF file that ``.gnu_debugdata`` holds, compressed; or None."""
        packed = self.section(".gnu_debugdata")
        if packed is None:
            return None
        try:
            return Elf(memoryview(lzma.decompress(packed)))
        except lzma.LZMAError as error:
            raise SymbolFileError(f"holds damaged .gnu_debugdata ({error})") from None

    def crc(self) -> int:
        """Return the CRC-32 of the whole file, as ``.gnu_debuglink`` has it."""
        return zlib.crc32(self.data)

    def _columns(self, tables: list[tuple[npt.NDArray[Any], memoryview]]) -> tuple[Any, ...]:
        is_code = np.array([section.flags & _CODE_SECTION != 0 for section in self._sections])
        ends = np.array([min(section.end, 2**62) for section in self._sections], np.int64)
        start, size, limit, rank, names, text = [], [], [], [], [], []
        for number, (table, strings) in enumerate(tables):
            section = table["section"].astype(np.int64)
            kind = table["info"] & 15
            wanted = (section != _UNDEFINED) & (section < len(is_code)) & (table["name"] > 0)
            wanted &= np.isin(kind, (_NO_TYPE, _FUNCTION, _INDIRECT_FUNCTION))
            wanted &= (table["value"] < 2**62) & (table["size"] < 2**40)
            wanted &= table["name"] < len(strings)
            wanted[wanted] = is_code[section[wanted]]
            row = table[wanted]
            if len(strings):
                marks = np.frombuffer(strings, np.uint8)[row["name"]] == ord("$")
                row = row[~marks]  # "$x", "$d": where an ARM file has code and where data
            start.append(row["value"].astype(np.int64))
            size.append(row["size"].astype(np.int64))
            limit.append(ends[row["section"].astype(np.int64)])
            # A size tells most, then a type; global names before local ones.
            binding = row["info"] >> 4
            rank.append(
                (row["size"] == 0) * 8
                + (row["info"] & 15 == _NO_TYPE) * 4
                + np.where(binding == 1, 0, np.where(binding == 2, 1, 2))  # noqa: PLR2004
            )
            names.append(row["name"].astype(np.int64))
            text.append(np.full(len(row), number))
        name_of, text_of = concat(names, np.int64), concat(text, np.int64)

        def name(row: int) -> str:
            return _string(tables[int(text_of[row])][1], int(name_of[row]))

        columns = (concat(column, np.int64) for column in (start, size, limit, rank))
        return (*columns, name)


def _string(data: memoryview, start: int) -> str:
    for size in (256, len(data)):
        piece = bytes(data[start : start + size])
        end = piece.find(b"\0")
        if end >= 0:
            return piece[:end].decode("utf-8", "replace")
    return ""
