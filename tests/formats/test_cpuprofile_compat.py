"""The figures of other tools, held against what the tools themselves say of each recording."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from profkit import RankingOptions, ReadOptions, load, top
from profkit.formats import Compat
from profkit.formats.places import path_of

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
            answer[called, path_of(url), *place] = own, total
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
