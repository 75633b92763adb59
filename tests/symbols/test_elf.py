"""ELF files: real ones, and such as no linker writes."""

from __future__ import annotations

import ctypes
import lzma
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from elf_files import Symbol, elf, note
from hypothesis import example, given
from hypothesis import strategies as st

from profkit.profile import Library
from profkit.symbols.elf import Elf
from profkit.symbols.lookup import find_library
from profkit.symbols.table import SymbolFileError

MAIN, RUN = Symbol("main", 0x401000, 0x20), Symbol("run", 0x401040, 0x10)


def names_at(data: bytes, *addresses: int) -> list[str]:
    table = Elf(memoryview(data)).symbols()
    return [table.name(row) if row >= 0 else "" for row in table.find(np.array(addresses)).tolist()]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no ELF files")
@pytest.mark.parametrize("name", ["getpid", "malloc", "strtol", "fwrite", "getenv"])
def test_the_running_programs_own_functions_are_found(name):
    address = ctypes.cast(getattr(ctypes.CDLL(None), name), ctypes.c_void_p).value
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, offset, _, _, *path = line.split(maxsplit=5)
        start, end = (int(number, 16) for number in place.split("-"))
        if start <= address < end and "x" in rights:
            library = Library(path[0], start - int(offset, 16), end)  # as V8 logs it
    symbols = find_library(library, "")
    found, begin = symbols.find(np.array([address, address + 1]))
    # One address has several names: malloc, __libc_malloc.
    assert all(text.strip("_").split("@")[0].endswith(name) for text in found)
    assert begin.tolist() == [address, address]


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("table", [".symtab", ".dynsym"])
def test_files_of_every_class_and_byte_order(bits, order, table):
    data = elf([MAIN, RUN], bits=bits, order=order, table=table)
    assert names_at(data, 0x400FFF, 0x401000, 0x40101F, 0x401020, 0x401040) == [
        "", "main", "main", "", "run",
    ]  # fmt: skip


def test_a_symbol_without_a_size_reaches_to_the_next_of_its_section():
    data = elf([Symbol("asm", 0x401000, 0), RUN, Symbol("last", 0x402000, 0)])
    assert names_at(data, 0x40103F, 0x401050, 0x402FFF, 0x403000) == ["asm", "", "last", ""]


def test_of_symbols_at_one_address_one_with_a_size_is_taken_and_a_global_one():
    data = elf(
        [
            Symbol("blob", 0x401000, 0, kind=0),
            Symbol("local", 0x401000, binding=0),
            Symbol("weak", 0x401000, binding=2),
            Symbol("global", 0x401000),
        ]
    )
    assert names_at(data, 0x401008) == ["global"]


def test_of_symbols_within_one_another_the_inner_one_is_taken():
    data = elf(
        [Symbol("outer", 0x401000, 0x100), Symbol("inner", 0x401010), Symbol("x", 0x401020, 8)]
    )
    assert names_at(data, 0x401008, 0x401018, 0x401030) == ["outer", "inner", "outer"]


@pytest.mark.parametrize(
    "symbol",
    [
        Symbol("data", 0x401000, kind=1),
        Symbol("undefined", 0x401000, section=0),
        Symbol("absolute", 0x401000, section=0xFFF1),
        Symbol("beyond", 0x401000, section=77),
        Symbol("of data", 0x401000, section=2),
        Symbol("$x", 0x401000, kind=0),
    ],
)
def test_what_is_no_code_names_nothing(symbol):
    assert names_at(elf([symbol]), 0x401008) == [""]


def test_a_mapping_is_told_by_the_end_of_the_code_from_the_begin_of_the_file():
    file = Elf(memoryview(elf([MAIN])))
    assert file.placement(0x7F0000000000, 0x7F0000003000) == 0
    assert file.placement(0x7F0000000000, 0x7F0000002000) == 0x1000  # V8 before 7
    assert file.placement(0x7F0000000000, 0x7F0000004000) is None
    assert file.addresses_of(np.array([0xFFF, 0x1000, 0x2FFF, 0x3000])).tolist() == [
        -1, 0x401000, 0x402FFF, -1,
    ]  # fmt: skip


def test_what_stands_beside_the_symbols():
    packed = elf([RUN])
    data = elf(
        extra=[
            note(bytes.fromhex("ab12")),
            (".gnu_debuglink", b"a.debug\0" + zlib.crc32(packed).to_bytes(4, "little")),
            (".gnu_debugdata", lzma.compress(packed)),
        ]
    )
    file = Elf(memoryview(data))
    assert file.build_id == "ab12"
    assert file.debug_link == ("a.debug", zlib.crc32(packed))
    inner = file.packed()
    assert inner is not None
    assert inner.symbols().find(np.array([0x401040])).tolist() == [0]
    assert inner.crc() == zlib.crc32(packed)


def test_a_file_that_is_cut_is_told_at_every_byte():
    data = elf([MAIN, RUN], code_size=64)
    for size in [*range(200), *range(0x1000, len(data))]:
        with pytest.raises(SymbolFileError):
            Elf(memoryview(data[:size])).symbols()


@given(st.lists(st.tuples(st.integers(0, 0x2000), st.integers(0, 255)), min_size=1, max_size=8))
@example([(58, 255)])
def test_a_damaged_file_raises_nothing_else(changes):
    data = bytearray(elf([MAIN, RUN], code_size=64, extra=[note(b"1"), (".gnu_debugdata", b"x")]))
    for place, byte in changes:
        data[place % len(data) if place < 128 else -(place % 1024)] = byte
    try:
        file = Elf(memoryview(bytes(data)))
        table = file.symbols()
        for row in table.find(np.arange(0x401000, 0x401100)):
            if row >= 0:
                table.name(int(row))
        _ = file.build_id, file.debug_link, file.placement(0, 4096)
        file.packed()
    except SymbolFileError:
        pass
