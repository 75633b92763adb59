"""Austin's text, against sums taken from the lines themselves."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from pathlib import Path

import pytest

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.austin import read, sniff
from profkit.formats.registry import ReadOptions
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, validate
from profkit.source import Source

SAMPLES = sorted((Path(__file__).parents[2] / "samples" / "austin").glob("*/*.austin.gz"))
TYPES = {
    "wall": ["wall"],
    "cpu": ["cpu"],
    "memory": ["allocated", "released"],
    "full": ["wall", "cpu", "allocated", "released"],
}


def profile_of(*lines, **options):
    data = "\n".join((*lines, "")).encode()
    return validate(read(Source("a.austin", io.BytesIO(data)), ReadOptions(**options)))


def expected_of(text):
    """Sum each metric by process, thread and leaf, from the text alone."""
    sums, bare = Counter(), 0
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        stack, numbers = line.rsplit(" ", 1)
        process, thread, *frames = stack.split(";")
        if not frames:
            bare += 1
            continue
        file, name, _ = frames[-1].rsplit(":", 2)
        key = process[1:], thread.rpartition(":")[2].lstrip("T"), name, file
        for place, number in enumerate(map(int, numbers.split(","))):
            sums[*key, place, number >= 0] += number
    return sums, bare


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name.split(".")[1])
def test_threads_and_functions_have_the_sums_of_their_lines(path):
    mode = path.name.split(".")[1]
    text = gzip.decompress(path.read_bytes()).decode()
    profile = validate(load(path))
    assert [value_type.type for value_type in profile.value_types] == TYPES[mode]
    sums, bare = expected_of(text)
    found = Counter()
    places = {"wall": (0, True, 1000), "cpu": (0, True, 1000), "allocated": (-1, True, 1),
              "released": (-1, False, -1)}  # fmt: skip
    functions = profile.functions
    for number, name in enumerate(TYPES[mode]):
        if name == "cpu" and mode == "full":
            continue
        place, sign, factor = places[name]
        place = place % (3 if mode == "full" else 1)
        for thread in profile.threads:
            nodes = profile.function_of_node[thread.samples.node].tolist()
            for function, values in zip(nodes, thread.samples.values, strict=True):
                key = (
                    str(thread.process_id), str(thread.thread_id),
                    profile.text(int(functions.name[function])),
                    profile.text(int(functions.file[function])), place, sign,
                )  # fmt: skip
                found[key] += int(values[number]) // factor
    idle = {key for key in sums if mode == "full" and key[4] == 1}
    assert +found + -found == Counter({k: v for k, v in sums.items() if v and k not in idle})
    assert profile.ledger.count(Action.DROPPED, "samples") == bare


def test_full_mode_has_time_memory_and_what_was_idle():
    main = "P1;T0:2;/a.py:main:3"
    profile = profile_of(
        "# austin: 3.7.0", "# interval: 100", "# mode: full",
        f"{main} 10,0,4096", f"{main} 20,1,-512", "P1;T1:2;/a.py:main:4 5,0,0",
    )  # fmt: skip
    first, second = profile.threads
    assert first.samples.values.tolist() == [[10000, 10000, 4096, 0], [20000, 0, 0, 512]]
    assert (first.name, first.process_id, first.thread_id) == ("", 1, 2)
    assert (second.name, second.samples.values.tolist()) == ("interpreter 1", [[5000, 5000, 0, 0]])
    assert profile.meta.producer == "austin 3.7.0"
    assert profile.meta.interval == 100_000


def test_lines_are_there_where_asked_for():
    lines = "P1;T2;/a.py:main:3 10", "P1;T2;/a.py:main:4 20"
    merged, apart = profile_of(*lines), profile_of(*lines, lines=True)
    assert (len(merged.tree), merged.frames.line.tolist()) == (1, [ABSENT])
    assert (len(apart.tree), apart.frames.line.tolist()) == (2, [3, 4])
    assert len(apart.functions) == 1


@pytest.mark.parametrize(
    ("label", "name", "file", "kind"),
    [
        ("C:\\app\\a.py:run:3", "run", "C:\\app\\a.py", Kind.PYTHON),
        ("/a.py:<lambda>:3:3:1:9", "<lambda>", "/a.py", Kind.PYTHON),
        ("<frozen importlib._bootstrap>:_load:3", "_load", "<frozen importlib._bootstrap>",
         Kind.PYTHON),
        (":GC:", "GC", "", Kind.GC),
        (":INVALID:", "INVALID", "", Kind.UNKNOWN),
        ("odd", "odd", "", Kind.UNKNOWN),
    ],
)  # fmt: skip
def test_frames_of_all_sorts(label, name, file, kind):
    functions = profile_of(f"P1;T0x7f21;{label} 5")
    assert functions.threads[0].thread_id == 0x7F21
    assert functions.text(int(functions.functions.name[0])) == name
    assert functions.text(int(functions.functions.file[0])) == file
    assert functions.functions.kind[0] == kind


def test_the_text_is_told_from_other_folded_stacks():
    assert all(sniff(gzip.decompress(path.read_bytes())[:65536]) for path in SAMPLES)
    assert sniff(b"P1;T2;/a.py:main:3 10\n")
    assert not sniff(b"main;run 12\n")
    assert not sniff(b"Perl;Tk;a:b 12\n")


def test_the_binary_form_is_refused_with_what_to_do():
    with pytest.raises(FormatError, match="read what `mojo2austin` makes of it"):
        read(Source("a.mojo", io.BytesIO(b"MOJ\3\1austin\x003.7.0")), ReadOptions())


def test_losses_are_counted():
    good = ["P1;T2;/a.py:main:3 10"] * 4
    profile = profile_of(
        *good, "P1;T2 7", "what is this", "main;run 12", "P1;T2;/a.py:main:3 1,0,2"
    )
    assert profile.ledger.count(Action.DROPPED, "samples") == 1
    assert profile.ledger.count(Action.DROPPED, "lines") == 3


@pytest.mark.parametrize("metric", ["-1", str(10**17)])
def test_a_time_that_makes_no_sense_is_refused_with_its_line(metric):
    with pytest.raises(FormatError, match=r"line 1: -?\d+ microseconds"):
        profile_of(f"P1;T2;/a.py:main:3 {metric}")


def test_other_text_is_refused_and_no_samples_are_said():
    with pytest.raises(FormatError, match="line 2: most lines are no samples"):
        profile_of("# austin: 3.7.0", "x", "y")
    with pytest.raises(EmptyInputError):
        profile_of("# austin: 3.7.0", "")
