"""ELF files, written by hand."""

from __future__ import annotations

import struct
from typing import NamedTuple

CODE_OFFSET = 0x1000


class Symbol(NamedTuple):
    name: str
    value: int
    size: int = 16
    kind: int = 2
    binding: int = 1
    section: int = 1


def elf(
    symbols=(),
    *,
    bits=64,
    order="<",
    vaddr=0x401000,
    code_size=0x2000,
    table=".symtab",
    extra=(),
    machine=62,
) -> bytes:
    """Return a file with one segment of code, at the offset 0x1000, and one table of symbols.

    ``extra`` are further sections: pairs of a name and its bytes.
    """
    is_64 = bits == 64
    word = "Q" if is_64 else "I"
    strings = b"\0" + b"".join(symbol.name.encode() + b"\0" for symbol in symbols)
    rows, place = b"\0" * (24 if is_64 else 16), 1
    for symbol in symbols:
        info = symbol.binding << 4 | symbol.kind
        rows += (
            struct.pack(order + "IBBHQQ", place, info, 0, symbol.section, symbol.value, symbol.size)
            if is_64
            else struct.pack(
                order + "IIIBBH", place, symbol.value, symbol.size, info, 0, symbol.section
            )
        )
        place += len(symbol.name.encode()) + 1
    content = [(table, 2, rows, 3), (".strtab", 3, strings, 0)]
    content += [(name, 1, data, 0) for name, data in extra]
    names = b"\0.text\0" + b"".join(name.encode() + b"\0" for name, *_ in content) + b".shstrtab\0"
    content.append((".shstrtab", 3, names, 0))
    header_size, segment_size = (64, 56) if is_64 else (52, 32)
    offset = CODE_OFFSET + code_size
    body, sections = b"\0" * code_size, [(0,) * 10]
    text = (names.index(b".text"), 1, 6, vaddr, CODE_OFFSET, code_size, 0, 0, 16, 0)
    sections.append(text)
    for name, kind, data, link in content:
        at = names.index(name.encode() + b"\0")
        size = 24 if is_64 else 16
        sections.append(
            (at, kind, 0, 0, offset + len(body) - code_size, len(data), link, 0, 1, size)
        )
        body += data
    table_at = CODE_OFFSET + len(body)
    layout = order + ("IIQQQQIIQQ" if is_64 else "IIIIIIIIII")
    segment = (
        struct.pack(order + "IIQQQQQQ", 1, 5, CODE_OFFSET, vaddr, vaddr, code_size, code_size, 4096)
        if is_64
        else struct.pack(
            order + "IIIIIIII", 1, CODE_OFFSET, vaddr, vaddr, code_size, code_size, 5, 4096
        )
    )
    head = b"\x7fELF" + bytes([2 if is_64 else 1, 1 if order == "<" else 2, 1]) + b"\0" * 9
    head += struct.pack(
        order + "HHI" + word * 3 + "IHHHHHH",
        *(2, machine, 1, vaddr, header_size, table_at, 0, header_size, segment_size, 1),
        *(struct.calcsize(layout), len(sections), len(sections) - 1),
    )
    start = (head + segment).ljust(CODE_OFFSET, b"\0")
    return start + body + b"".join(struct.pack(layout, *section) for section in sections)


def note(build_id: bytes) -> tuple[str, bytes]:
    """Return the section that holds a build id."""
    return ".note.gnu.build-id", struct.pack("<III", 4, len(build_id), 3) + b"GNU\0" + build_id
