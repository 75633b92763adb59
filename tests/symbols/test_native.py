"""Frames that say no more than a library and an address get names."""

from __future__ import annotations

import gzip
import zlib

import pytest
from elf_files import Symbol, elf, note
from hypothesis import given
from strategies import profiles

from profkit import load
from profkit.errors import InputError, UsageError
from profkit.formats import ReadOptions
from profkit.profile import Action, Kind
from profkit.symbols.native import name_native_code

HEADER = "v8-version,12,4,254,21,-node.56,0\n"
NODE = "shared-library,/opt/node/bin/node,0x400000,0x403000,0\n"
LIBC = "shared-library,/lib/libc.so.6,0x7f0000000000,0x7f0000003000,0\n"
TICKS = """\
tick,0x401008,10,0,0x0,0
tick,0x401018,20,0,0x0,0
tick,0x401048,30,0,0x0,0
tick,0x402f00,40,0,0x0,0
tick,0x7f0000001004,50,0,0x0,0
"""
PROGRAM = elf([Symbol("_ZN4node5StartEiPPc", 0x401000, 0x20), Symbol("run", 0x401040)])
LIBRARY = elf([Symbol("__write", 0x1000)], vaddr=0x1000, table=".dynsym")


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "isolate.log"
    file.write_text(HEADER + NODE + LIBC + TICKS)
    return file


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    for path, data in (("opt/node/bin/node", PROGRAM), ("lib/libc.so.6", LIBRARY)):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_bytes(data)
    return folder


def named(log, **options) -> dict[str, int]:
    """Return the self ticks of each function."""
    profile = load(log, options=ReadOptions(**options))
    own = profile.self_values()
    answer: dict[str, int] = {}
    for node, function in enumerate(profile.function_of_node.tolist()):
        name = profile.text(profile.functions.name[function])
        answer[name] = answer.get(name, 0) + int(own[node])
    return answer


def test_functions_are_named_and_frames_of_one_function_are_one(log, root):
    profile = load(log, options=ReadOptions(target=str(root)))
    assert named(log, target=str(root)) == {"node::Start": 2, "run": 1, "node": 1, "__write": 1}
    assert len(profile.frames) == 4
    frame = profile.strings.index("node::Start(int, char**)")
    row = profile.frames.tag.tolist().index(frame)
    assert profile.frames.address[row] == 0x401000
    function = profile.frames.function[row]
    assert profile.functions.kind[function] == Kind.NATIVE
    assert profile.text(profile.functions.file[function]) == "/opt/node/bin/node"
    assert profile.ledger.count(Action.USED, "libraries") == 2


def test_without_symbols_nothing_is_named(log, root):
    assert named(log, target=str(root), symbols=False) == {"node": 4, "libc.so.6": 1}


def test_the_environment_names_the_folder(log, root, monkeypatch):
    monkeypatch.setenv("PROFKIT_TARGET", str(root))
    assert named(log)["run"] == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "cannot be read: no such file or directory"),
        (b"", "is empty"),
        (b"#!/bin/sh", "is no ELF file"),
        (PROGRAM[:0x1800], "ends "),
        (elf([Symbol("run", 0x401040)], code_size=0x9000), "is not the file that was mapped"),
    ],
)
def test_a_program_of_another_machine_names_nothing_at_all(log, root, data, reason):
    program = root / "opt/node/bin/node"
    program.unlink()
    if data is not None:
        program.write_bytes(data)
    assert named(log, target=str(root)) == {"node": 4, "libc.so.6": 1}
    ledger = load(log, options=ReadOptions(target=str(root))).ledger
    causes = [entry.cause for entry in ledger.entries if entry.unit == "libraries"]
    assert any(f"/opt/node/bin/node {reason}" in cause for cause in causes)
    assert any("/lib/libc.so.6 is not looked up" in cause for cause in causes)
    assert ledger.count(Action.READ, "libraries") == ledger.count(Action.SKIPPED, "libraries") == 2


def test_a_library_of_another_machine_is_left_alone(log, root):
    (root / "lib/libc.so.6").write_bytes(
        elf([Symbol("wrong", 0x1000)], vaddr=0x1000, code_size=9999)
    )
    assert named(log, target=str(root))["libc.so.6"] == 1


@pytest.mark.parametrize("by", ["node", "/opt/node/bin/node"])
@pytest.mark.parametrize(
    "data",
    [
        PROGRAM,
        b"0000000000401000 0000000000000020 T node::Start(int, char**)\n0000000000401040 t run\n",
        gzip.compress(b"0000000000401000 T _ZN4node5StartEiPPc\n0000000000401040 t run\n"),
    ],
    ids=["elf", "nm", "packed nm"],
)
def test_a_file_that_the_user_names(log, tmp_path, by, data):
    file = tmp_path / "symbols"
    file.write_bytes(data)
    found = named(log, symbol_files=((by, str(file)),))
    assert found["node::Start"] >= 2
    assert found["libc.so.6"] == 1


def test_a_library_that_is_not_there_is_told(log):
    with pytest.raises(
        UsageError, match=r"'oops' is no library of this profile; it has node, libc"
    ):
        load(log, options=ReadOptions(symbol_files=(("oops", "a"),)))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"hello", "symbols: holds no symbols: what nm prints"),
        (PROGRAM[:0x1800], "symbols: ends "),
        (elf(code_size=0x9000), "symbols: is not the file that was mapped"),
    ],
)
def test_a_file_that_makes_no_sense_is_told(log, tmp_path, data, text):
    file = tmp_path / "symbols"
    file.write_bytes(data)
    with pytest.raises(InputError, match=text):
        load(log, options=ReadOptions(symbol_files=(("node", str(file)),)))


def test_a_debug_file_is_found_by_the_build_id(log, root):
    full = elf([Symbol("run", 0x401040)], extra=[note(bytes.fromhex("abcdef"))])
    stripped = elf(extra=[note(bytes.fromhex("abcdef"))])
    (root / "opt/node/bin/node").write_bytes(stripped)
    place = root / "usr/lib/debug/.build-id/ab/cdef.debug"
    place.parent.mkdir(parents=True)
    place.write_bytes(full)
    assert named(log, target=str(root))["run"] == 1


@pytest.mark.parametrize(
    "folder", ["opt/node/bin", "opt/node/bin/.debug", "usr/lib/debug/opt/node/bin"]
)
@pytest.mark.parametrize("is_right", [True, False])
def test_a_debug_file_is_found_by_its_link(log, root, folder, is_right):
    full = elf([Symbol("run", 0x401040)])
    crc = zlib.crc32(full) if is_right else 1
    link = (".gnu_debuglink", b"node.debug\0\0" + crc.to_bytes(4, "little"))
    (root / "opt/node/bin/node").write_bytes(elf(extra=[link]))
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / folder / "node.debug").write_bytes(full)
    assert ("run" in named(log, target=str(root))) == is_right


@given(profiles())
def test_a_profile_without_native_frames_stays_as_it_is(profile):
    if not (profile.functions.kind == Kind.SHARED_LIBRARY).any():
        assert name_native_code(profile) is profile
