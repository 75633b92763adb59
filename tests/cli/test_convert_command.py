"""``profkit convert``: where the result goes, what is refused, and what is said."""

from __future__ import annotations

import gzip
import json

import pytest
import zstandard
from running import run, spawn

import profkit
from profkit.formats.targets import TARGETS


def test_a_profile_is_written_and_what_is_left_out_is_said(log, folder, capsys) -> None:
    code, out, err = run(capsys, "convert", log, "app.speedscope.json")
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        "profkit: wrote 4 samples as speedscope to app.speedscope.json",
        (
            "profkit: what speedscope does not hold is left out: when samples were taken, "
            "which compiler made the code, native addresses, states of the virtual machine"
        ),
    ]
    assert profkit.load(folder / "app.speedscope.json").sample_count == 4


def test_nothing_is_said_of_what_nothing_is_left_out_of(folder, capsys) -> None:
    (folder / "a.folded").write_text("main;run 3\n")
    assert run(capsys, "convert", "a.folded", "b.folded").err.count("\n") == 1
    assert (folder / "b.folded").read_text() == "main;run 3\n"


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_a_format_is_chosen_by_name_or_by_option(target, log, folder, capsys) -> None:
    named = f"a{target.suffixes[0]}"
    assert run(capsys, "convert", log, named).code == 0
    assert run(capsys, "convert", "--format", target.name, log, "out").code == 0
    assert (folder / named).read_bytes() == (folder / "out").read_bytes()
    assert (folder / "out").read_bytes()[:2] == (b"\x1f\x8b" if target.packed else b"") or (
        not target.packed
    )


def test_the_end_of_a_name_compresses(log, folder, capsys) -> None:
    for name in ("a.cpuprofile", "a.cpuprofile.gz", "a.cpuprofile.zst"):
        assert run(capsys, "convert", log, name).code == 0
    plain = (folder / "a.cpuprofile").read_bytes()
    assert gzip.decompress((folder / "a.cpuprofile.gz").read_bytes()) == plain
    packed = zstandard.ZstdDecompressor().decompressobj()
    assert packed.decompress((folder / "a.cpuprofile.zst").read_bytes()) == plain


def test_standard_output_takes_the_format_that_is_named(log) -> None:
    ran = spawn("convert", "--format", "cpuprofile", log, "-")
    assert ran.returncode == 0
    assert len(json.loads(ran.stdout)["samples"]) == 4
    assert b"to standard output\n" in ran.stderr
    assert gzip.decompress(spawn("convert", "--format", "pprof", log, "-").stdout)


def test_a_pipe_is_read(log, folder) -> None:
    ran = spawn("convert", "out.folded", input=(folder / log).read_bytes())
    assert ran.returncode == 0
    assert len((folder / "out.folded").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a file to write, as in: profkit convert app.cpuprofile app.pb.gz"),
        (("app.log", "out.json"), "out.json: the name does not tell the format to write"),
        (("app.log", "-"), "say with --format which format goes to standard output"),
        (("app.log",), "app.log is there already; name a profile to read and a file to write"),
        (("--format", "folded", "app.log", "./app.log"), "./app.log is a profile to read"),
        (("--format", "folded", "--value-type", "x", "app.log", "out"), "'x' is no value type"),
        (("--format", "xml", "app.log", "out"), "'xml' is not one of"),
        (("app.log", "nowhere/out.pb.gz"), "nowhere/out.pb.gz: cannot be written"),
        (("missing.log", "out.pb.gz"), "missing.log: "),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message, log, folder, capsys) -> None:
    before = (folder / log).read_bytes()
    code, out, err = run(capsys, "convert", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert [path.name for path in folder.iterdir()] == [log]
    assert (folder / log).read_bytes() == before


def test_several_threads_do_not_fit_into_a_cpuprofile(folder, capsys) -> None:
    (folder / "a.folded").write_text("thread (1): one;f 1\nthread (2): two;g 2\n")
    code, _, err = run(capsys, "convert", "a.folded", "out.cpuprofile")
    assert (code, err.count("\n")) == (2, 1)
    assert "holds one thread, and this profile has 2: one, two" in err
    assert [path.name for path in folder.iterdir()] == ["a.folded"]
    assert run(capsys, "convert", "--thread", "two", "a.folded", "out.cpuprofile").code == 0
    assert profkit.load(folder / "out.cpuprofile").self_values().sum() == 2_000_000


def test_several_profiles_are_one_file_of_several_threads(log, folder, capsys) -> None:
    (folder / "a.folded").write_text("main;run 3\n")
    code, _, err = run(capsys, "convert", log, "a.folded", "out.pb.gz")
    assert code == 0
    assert "wrote 5 samples as pprof to out.pb.gz" in err


def test_a_value_type_is_chosen(folder, capsys) -> None:
    (folder / "a.speedscope.json").write_text(
        '{"$schema":"https://www.speedscope.app/file-format-schema.json",'
        '"shared":{"frames":[{"name":"f"}]},"profiles":['
        '{"type":"sampled","name":"a","unit":"bytes","samples":[[0]],"weights":[5]},'
        '{"type":"sampled","name":"b","unit":"none","samples":[[0]],"weights":[7]}]}'
    )
    run(capsys, "convert", "a.speedscope.json", "a.folded")
    assert [line[-1] for line in (folder / "a.folded").read_text().splitlines()] == ["5", "0"]
    run(capsys, "convert", "--value-type", "samples", "a.speedscope.json", "b.folded")
    assert [line[-1] for line in (folder / "b.folded").read_text().splitlines()] == ["0", "7"]


def test_python_writes_the_same(log, folder, capsys) -> None:
    run(capsys, "convert", log, "a.firefox.json")
    left_out = profkit.write(profkit.load(log), folder / "b.firefox.json")
    assert left_out == ("states of the virtual machine",)
    one, other = ((folder / f"{n}.firefox.json").read_bytes() for n in "ab")
    assert one == other


def test_an_empty_profile_is_not_written(log, folder) -> None:
    profile = profkit.load(log).replace(threads=())
    with pytest.raises(profkit.UsageError, match="there are no samples to write"):
        profkit.write(profile, "out.folded")
    assert [path.name for path in folder.iterdir()] == [log]
