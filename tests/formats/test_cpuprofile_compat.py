"""The figures of other tools, held against what the tools themselves say of each recording.

For a recording, ``samples/programs/figures/cpuprofile.mjs FOLDER RECORDING | gzip -9nc`` writes
what stands in ``tests/golden/cpuprofile/``; FOLDER has the tools.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit import RankingOptions, ReadOptions, UsageError, load, top
from profkit.errors import FormatError
from profkit.formats import Compat
from profkit.formats.cpuprofile import read
from profkit.formats.cpuprofile.compat import _in_order, _middle_as_text
from profkit.formats.places import path_of
from profkit.profile import validate
from profkit.source import Source

ROOT = Path(__file__).parents[2]
RECORDINGS = sorted((ROOT / "samples").glob("*/*/*.cpuprofile.gz"))
IDS = [
    "-".join(path.relative_to(ROOT / "samples").parts).split(".cpuprofile")[0]
    for path in RECORDINGS
]
TOOLS = get_args(Compat)
SPEEDSCOPE_NAME = re.compile(r"\(anonymous .*:\d+\)", re.DOTALL)


def figures(recording, tool):
    """Return what the tool says: self and total in microseconds by function, as profkit has it."""
    golden = ROOT / f"tests/golden/cpuprofile/{recording}.figures.json.gz"
    text = gzip.decompress(golden.read_bytes())
    base = 0 if tool == "speedscope" else 1
    answer = {}
    for name, url, line, column, own, total in json.loads(text)[tool]:
        called = "(anonymous)" if SPEEDSCOPE_NAME.fullmatch(name) else name
        place = tuple(number + base or -1 for number in (line, column))
        if called != "(root)" and total:
            file = "" if url == "wasm " else path_of(url)
            answer[called, file, *place] = own, total
    return answer


def ours(profile):
    ranking = top(profile, RankingOptions(include_idle=True))
    table = profile.functions
    answer = {}
    for row, function in enumerate(ranking.group.tolist()):
        key = (
            profile.text(int(table.name[function])),
            profile.text(int(table.file[function])),
            int(table.line[function]),
            int(table.column[function]),
        )
        values = ranking.self_values[row], ranking.total_values[row]
        answer[key] = tuple(int(value) / 1000 for value in values)
    return answer


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(("path", "recording"), list(zip(RECORDINGS, IDS, strict=True)), ids=IDS)
def test_self_and_total_of_every_function_are_the_tools_own(path, recording, tool):
    theirs = figures(recording, tool)
    mine = ours(load(path, options=ReadOptions(compat=tool)))
    mine.pop(("(root)", "", -1, -1), None)
    if tool == "speedscope":
        mine.pop(("(idle)", "", -1, -1), None)
    apart = {
        key: (mine.get(key, (0, 0)), theirs.get(key, (0, 0)))
        for key in mine.keys() | theirs.keys()
        if np.abs(np.subtract(mine.get(key, (0, 0)), theirs.get(key, (0, 0)))).max() > 0.5
    }
    assert not apart
    assert len(theirs) > 10


def swapped_as_cpupro_does(deltas, samples):
    """Mend negative deltas by the loop that CPUpro has."""
    place = 0
    while place < len(deltas):
        delta = deltas[place]
        if delta < 0:
            if place < len(deltas) - 1:
                deltas[place + 1] += delta
            deltas[place] = 0 if place == 0 else -delta
            if place > 0:
                deltas[place - 1] += delta
                samples[place], samples[place - 1] = samples[place - 1], samples[place]
                place -= 2
        place += 1
    return deltas, samples


@given(st.lists(st.integers(-50, 100), min_size=1, max_size=30))
def test_negative_deltas_are_mended_as_cpupro_does(deltas):
    mended = np.array(deltas)
    order = _in_order(mended)
    theirs, samples = swapped_as_cpupro_does(list(deltas), list(range(len(deltas))))
    assert mended.tolist() == theirs
    assert order.tolist() == samples


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=30))
def test_cpupros_interval_is_the_middle_of_deltas_in_the_order_of_their_text(deltas):
    middle = sorted(map(str, deltas))[len(deltas) // 2]
    assert _middle_as_text(np.array(deltas)) == int(middle)


def node(number, name, hits, *children):
    place = {"url": "", "lineNumber": -1, "columnNumber": -1}
    if not name.startswith("("):
        place = {"url": "file:///srv/a.js", "lineNumber": number, "columnNumber": 0}
    frame = {"functionName": name, "scriptId": "0", **place}
    return {"id": number, "callFrame": frame, "hitCount": hits, "children": list(children)}


NODES = [
    node(1, "(root)", 0, 2, 4, 5, 6),
    node(2, "main", 2, 3),
    node(3, "run", 1),
    node(4, "(garbage collector)", 2),
    node(5, "(program)", 2),
    node(6, "(idle)", 1),
]


def stacks_as(tool, samples, deltas, **changes):
    """Return the microseconds of each stack, as a tool has them."""
    document = {
        "nodes": NODES, "samples": samples, "timeDeltas": deltas, "startTime": 1000,
        "endTime": 1000 + sum(deltas) + 10, **changes,
    }  # fmt: skip
    source = Source("a.cpuprofile", io.BytesIO(json.dumps(document).encode()))
    profile = validate(read(source, ReadOptions(compat=tool)))
    answer = {}
    for place, value in enumerate(profile.self_values().tolist()):
        stack, here = [], place
        while here >= 0:
            function = profile.functions.name[profile.function_of_node[here]]
            stack.insert(0, profile.text(int(function)))
            here = int(profile.tree.parent[here])
        if value:
            answer[";".join(stack)] = value / 1000
    return answer


def test_speedscope_puts_the_runtime_on_the_stack_before_and_on_itself():
    found = stacks_as("speedscope", [3, 5, 4, 5, 2, 6, 5, 2], [5, 1, 2, 3, 4, 5, 6, 7])
    assert found == {
        "main;run": 1,
        "main;run;(program)": 2 + 4,
        "main;run;(program);(garbage collector)": 3,
        "main": 5,
        "(idle)": 6,
        "(program)": 7,
    }


def test_speedscopes_time_waits_where_it_ran_back():
    assert stacks_as("speedscope", [2, 3, 2, 3], [0, 10, -4, 6]) == {"main": 10 + 2}


def test_the_timeline_replaces_a_single_program_within_a_function():
    found = stacks_as("devtools-timeline", [3, 5, 2, 5, 5, 3], [0, 10, 10, 10, 10, 10])
    assert found == {"main;run": 20 + 10, "main": 10, "(program)": 20}


def test_cpupro_gives_the_last_sample_its_interval_where_the_end_is_far():
    assert stacks_as("cpupro", [2, 3], [5, 10], endTime=2000) == {"main": 10, "main;run": 5}
    assert stacks_as("cpupro", [2, 3], [5, 10], endTime=1020) == {"main": 10, "main;run": 5}


def test_cpupro_moves_collections_where_script_ids_are_numbers():
    moved = [{**n, "callFrame": {**n["callFrame"], "scriptId": 0}} for n in NODES]
    assert stacks_as("cpupro", [2, 4, 3], [0, 10, 10]) == {
        "main": 10,
        "(garbage collector)": 10,
        "main;run": 10,
    }
    assert stacks_as("cpupro", [2, 4, 3], [0, 10, 10], nodes=moved) == {
        "main": 10,
        "main;(garbage collector)": 10,
        "main;run": 10,
    }


@pytest.mark.parametrize(
    ("tool", "missing", "what"),
    [
        ("devtools", "endTime", "startTime and endTime"),
        ("devtools-timeline", "samples", "samples"),
        ("speedscope", "timeDeltas", "timeDeltas"),
        ("cpupro", "timeDeltas", "timeDeltas"),
    ],
)
def test_a_tool_that_cannot_read_a_file_has_no_figures(tool, missing, what):
    changes = {} if missing == "samples" else {missing: None}
    samples = None if missing == "samples" else [2, 3]
    with pytest.raises(UsageError, match=f"no figures for a profile without {what}"):
        stacks_as(tool, samples, [0, 1], **changes)


@pytest.mark.parametrize("tool", ["speedscope", "cpupro"])
def test_deltas_that_make_no_sense_are_refused(tool):
    for deltas in ([1], [1, 2, 3, 4], [0, 10**17]):
        with pytest.raises(FormatError):
            stacks_as(tool, [2, 3], deltas)


def test_a_choice_that_a_format_does_not_have_is_refused():
    folded = ROOT / "samples/py-spy/0.4.3/py-web-quiet.raw.txt.gz"
    for options in (ReadOptions(compat="cpupro"), ReadOptions(weigh="deltas")):
        with pytest.raises(UsageError, match=r"only a \.cpuprofile is weighed"):
            load(folded, options=options)
    with pytest.raises(UsageError, match="give one of the two"):
        load(RECORDINGS[0], options=ReadOptions(weigh="deltas", compat="cpupro"))
