"""Saved listings, as the tools print them."""

from __future__ import annotations

import numpy as np
import pytest

from profkit.symbols.listing import parse_listing
from profkit.symbols.table import SymbolFileError

NM_C_N_S = b"""\
                 U abort@GLIBC_2.2.5
0000000000401000 T _init
0000000000401136 0000000000000020 t helper(int, std::vector<int>)
0000000000401156 000000000000000b W main
0000000000404000 0000000000000004 B counter
"""
NM = b"0000000000001139 T main\n0000000000001150 t helper\n0000000000004010 D data_start\n"
NM_MACOS = b"""\
0000000100000000 T __mh_execute_header
0000000100003f50 T _main
0000000100003f70 t __ZN4node5StartEv
"""
GNU_MAP = b"""\
Archive member included to satisfy reference by file (symbol)

.text           0x0000000000401020      0x1b5
 .text          0x0000000000401020       0x26 /usr/lib/crt1.o
                0x0000000000401020                _start
 .text          0x0000000000401106       0x10 main.o
                0x0000000000401106                main
                0x0000000000401116                etext = .
"""
APPLE_MAP = b"""\
# Path: a.out
# Symbols:
# Address\tSize    \tFile  Name
0x100003F50\t0x0000000F\t[  1] _main
0x100003F60\t0x00000010\t[ 12] -[Thing run]
"""
MICROSOFT_MAP = b"""\
 app

 Preferred load address is 0000000140000000

  Address         Publics by Value              Rva+Base               Lib:Object

 0000:00000000       __guard_flags              0000000000000000     <absolute>
 0001:00000000       main                       0000000140001000 f   main.obj
 0001:00000010       ?run@@YAXH@Z               0000000140001010 f   main.obj
"""


def names_at(data: bytes, *addresses: int) -> list[str]:
    table = parse_listing(data).table
    return [table.name(row) if row >= 0 else "" for row in table.find(np.array(addresses)).tolist()]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (NM_C_N_S, {0x401001: "_init", 0x401140: "helper(int, std::vector<int>)", 0x401160: "main",
                    0x401161: "", 0x404001: ""}),
        (NM, {0x1138: "", 0x1139: "main", 0x1150: "helper", 0x4000: "helper", 0x4010: ""}),
        (NM_MACOS, {0x100003F51: "_main", 0x100003F70: "__ZN4node5StartEv"}),
        (GNU_MAP, {0x401020: "_start", 0x401106: "main"}),
        (APPLE_MAP, {0x100003F5E: "_main", 0x100003F5F: "", 0x100003F60: "-[Thing run]"}),
        (MICROSOFT_MAP, {0x140001001: "main", 0x140001010: "?run@@YAXH@Z"}),
    ],
    ids=["nm -C -n -S", "nm", "nm of macOS", "GNU ld", "Apple ld", "Microsoft link"],
)  # fmt: skip
def test_listings(data, names):
    assert names_at(data, *names) == list(names.values())
    assert names_at(data.replace(b"\n", b"\r\n"), *names) == list(names.values())


@pytest.mark.parametrize(
    ("data", "start", "end", "slide", "base"),
    [
        (NM_C_N_S, 0x400000, 0x405000, 0, 0x400000),  # always at one address
        (NM, 0x7F0000000000, 0x7F0000005000, 0, 0),  # anywhere
        (NM_MACOS, 0x104000000, 0x104008000, 0, 0x100000000),
        (NM_MACOS, 0x104000000, 0x104008000, 0x4000000, 0x100000000),
        (MICROSOFT_MAP, 0x7FF600000000, 0x7FF600010000, 0, 0x140000000),
    ],
)
def test_where_a_listing_has_the_begin_of_the_program(data, start, end, slide, base):
    assert parse_listing(data).base_in(start, end, slide) == base


@pytest.mark.parametrize("data", [b"", b"hello\n", b"\0" * 100, b"0000000000004010 D only_data\n"])
def test_what_holds_no_symbols_is_refused(data):
    with pytest.raises(SymbolFileError, match="holds no symbols"):
        parse_listing(data)
