"""Symbols from a saved listing: what ``nm`` prints, and the map files of linkers.

Source: the manual of GNU nm; the map files of GNU ld (``-Map``), of Apple's ld (``-map``) and of
Microsoft's link (``/MAP``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from profkit.symbols.table import SymbolFileError, SymbolTable

__all__ = ["Listing", "parse_listing"]

_NM = re.compile(rb"^([0-9a-f]{8,16}) (?:([0-9a-f]{8,16}) )?([A-Za-z]) ([^\r\n]+)", re.MULTILINE)
_NM_CODE = frozenset(b"tTwWiIvVu")
_APPLE = re.compile(rb"^0x([0-9A-F]+)\t0x([0-9A-F]+)\t\[ *\d+\] ([^\r\n]+)", re.MULTILINE)
_MICROSOFT = re.compile(
    rb"^ [0-9a-f]{4}:[0-9a-f]{8} +(\S+) +([0-9a-f]{8,16}) (?:f| ) ", re.MULTILINE
)
_MICROSOFT_BASE = re.compile(rb"Preferred load address is ([0-9a-f]{8,16})")
_GNU = re.compile(rb"^ {4,}0x([0-9a-f]{8,16}) {4,}([A-Za-z_~][^\r\n=]*)\r?$", re.MULTILINE)
_MACH_HEADER = b"__mh_execute_header"
_FARTHEST = 2**62


@dataclass(frozen=True, slots=True)
class Listing:
    """Symbols, and the address of the program's first byte where the listing tells it."""

    table: SymbolTable
    base: int | None

    def base_in(self, start: int, end: int, slide: int) -> int:
        """Return what the listing calls the address ``start`` of a mapping ``[start, end)``.

        A program that always lies at one address is listed by its real addresses; others are listed
        from 0, or from a base that the listing names. ``slide`` is what the log says was added.
        """
        if slide:
            return start - slide
        if self.base is not None:
            return self.base
        inside = (self.table.start >= start) & (self.table.start < end)
        return start if inside.any() else 0


def parse_listing(data: bytes) -> Listing:
    """Take a listing apart, of whichever kind.

    Raises :class:`SymbolFileError` where there is no symbol in it.
    """
    base = None
    if found := _NM.findall(data):
        rows = [(at, size, name, ord(kind) in _NM_CODE) for at, size, kind, name in found]
    elif found := _APPLE.findall(data):
        rows = [(at, size, name, True) for at, size, name in found]
    elif found := _MICROSOFT.findall(data):
        rows = [(at, b"", name, True) for name, at in found]
        if match := _MICROSOFT_BASE.search(data):
            base = int(match[1], 16)
    else:
        rows = [(at, b"", name.rstrip(), True) for at, name in _GNU.findall(data)]
    names: list[bytes] = [name for _, _, name, is_code in rows if is_code]
    if not names:
        raise SymbolFileError(
            "holds no symbols: what nm prints (nm -C -n -S FILE), a linker's map or an ELF file "
            "is expected"
        )
    everything = _column([at for at, _, _, _ in rows])
    is_code = np.array([row[3] for row in rows])
    start = everything[is_code]
    if _MACH_HEADER in names:
        base = int(start[names.index(_MACH_HEADER)])
    size = _column([size or b"0" for _, size, _, _ in rows])[is_code]
    # A symbol without a size ends where anything else begins, data as well; the last one at once.
    others = np.unique(everything)
    others = np.append(others, others[-1] + 1)
    limit = others[np.searchsorted(others, start, side="right")]

    def name(row: int) -> str:
        return names[row].decode("utf-8", "replace")

    return Listing(SymbolTable.build(start, size, limit, (size == 0).astype(np.int64), name), base)


def _column(fields: list[bytes]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([min(int(field, 16), _FARTHEST) for field in fields], np.int64)
