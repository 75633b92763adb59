"""The JSON that V8's own tool makes of a log."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from profkit.formats import ReadOptions, TickSelection
from profkit.loading import preprocess

SAMPLES = Path(__file__).parents[2] / "samples"
GOLDEN = sorted(SAMPLES.glob("node/*/*.preprocess.json.gz"))

LOG = """\
v8-version,12,4,254,21,-node.35,0
shared-library,/usr/bin/node,0x400000,0x500000,0
code-creation,Builtin,2,9,0x3000,64,LoadIC
code-creation,JS,10,11,0x2000,64,outer /srv/a.js:1:2,0x9000,~
script-source,7,/srv/a.js,let a;\\n
code-source-info,0x2000,7,4,9,C0O4,F0O5,S0x9000S0x9100
tick,0x2010,1000,0,0x0,0
code-move,0x2000,0x2008
tick,0x2010,2000,0,0x0,0,0x3010,0x77
code-creation,JS,11,12,0x2400,64,outer /srv/a.js:1:2,0x9000,*
code-deopt,13,64,0x2400,-1,12,deopt-eager,</srv/a.js:1:3>,wrong map
code-deopt,14,64,0x2400,-1,12,deopt-lazy,</srv/a.js:1:3>,prepare for on stack
code-deopt,14,64,0x7777,-1,12,deopt-lazy,</srv/a.js:1:3>,of no known code
tick,0x400010,3000,0,0x2010,5,0x2410,overflow
code-creation,JS,11,15,0x2800,64,other /srv/a.js:9:2,0x9000,+
"""


def preprocessed(path: Path, **options: object) -> dict[str, list]:
    return json.loads("".join(preprocess(path, options=ReadOptions(**options))))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.parent.name)
def test_it_is_what_the_tool_of_that_node_writes(golden) -> None:
    with gzip.open(golden, "rt", encoding="utf-8") as file:
        theirs = json.load(file)
    log = golden.with_name(golden.name.replace(".preprocess.json", ".v8.log"))
    ours = preprocessed(log, symbols=False)
    # The tool writes what else its class of scripts has, which is empty.
    theirs["scripts"] = [
        script and {name: script[name] for name in ("id", "url", "source")}
        for script in theirs["scripts"]
    ]
    assert ours.keys() == theirs.keys()
    for part, rows in theirs.items():
        assert ours[part] == rows, part


def test_each_piece_of_code_is_told_of(tmp_path) -> None:
    (tmp_path / "a.log").write_text(LOG)
    assert preprocessed(tmp_path / "a.log", symbols=False) == {
        "code": [
            {"name": "/usr/bin/node", "type": "SHARED_LIB"},
            {"name": "LoadIC", "timestamp": 9, "type": "CODE", "kind": "Builtin"},
            {
                "name": "outer /srv/a.js:1:2",
                "type": "JS",
                "kind": "Unopt",
                "func": 0,
                "tm": 11,
                "source": {
                    "script": 7,
                    "start": 4,
                    "end": 9,
                    "positions": "C0O4",
                    "inlined": "F0O5",
                    "fns": [0, None],
                },
            },
            {
                "name": "outer /srv/a.js:1:2",
                "type": "JS",
                "kind": "Opt",
                "func": 0,
                "tm": 12,
                "deopt": {
                    "tm": 13,
                    "inliningId": -1,
                    "scriptOffset": 12,
                    "posText": "</srv/a.js:1:3>",
                    "reason": "wrong map",
                    "bailoutType": "deopt-eager",
                },
            },
            {
                "name": "other /srv/a.js:9:2",
                "type": "JS",
                "kind": "Maglev",
                "func": 1,
                "tm": 15,
            },
        ],
        "functions": [
            {"name": "outer /srv/a.js:1:2", "codes": [2, 3]},
            {"name": "other /srv/a.js:9:2", "codes": [4]},
        ],
        "ticks": [
            {"tm": 1000, "vm": 0, "s": [2, 16]},
            # The code has moved: the same address is another place in it.
            {"tm": 2000, "vm": 0, "s": [2, 8, 1, 16, -1, 0x77]},
            {"tm": 3000, "vm": 5, "s": [0, 16, 3, 16]},
        ],
        "scripts": [None] * 7 + [{"id": 7, "url": "/srv/a.js", "source": "let a;\n"}],
    }


def test_native_code_with_a_symbol_is_code_of_its_own(tmp_path) -> None:
    (tmp_path / "a.log").write_text(LOG)
    (tmp_path / "node.nm").write_text(
        "0000000000400008 0000000000000100 T _ZN4node5ParseEv\n"
        "0000000000400200 0000000000000100 T never_hit\n"
    )
    found = preprocessed(tmp_path / "a.log", symbol_files=(("node", str(tmp_path / "node.nm")),))
    assert found["code"][5:] == [{"name": "node::Parse()", "type": "CPP"}]
    assert found["ticks"][2]["s"] == [5, 8, 3, 16]


def test_ticks_are_selected_here_too(tmp_path) -> None:
    (tmp_path / "a.log").write_text(LOG)
    found = preprocessed(tmp_path / "a.log", symbols=False, ticks=TickSelection(start=2))
    assert [tick["tm"] for tick in found["ticks"]] == [2000, 3000]
    late = TickSelection(start=0, distortion=500_000)
    found = preprocessed(tmp_path / "a.log", symbols=False, ticks=late)
    assert [tick["tm"] for tick in found["ticks"]] == [500, 1000, 1500]


@pytest.mark.parametrize(
    ("version", "kinds"),
    [
        ("9,4,146,26,-node.26,0", ["Builtin", "Unopt", "Baseline", "Turboprop", "Opt"]),
        ("13,6,233,17,-node.50,0", ["Builtin", "Unopt", "Sparkplug", "Maglev", "Opt"]),
    ],
)
def test_a_tier_has_the_name_that_it_had_in_that_version(version, kinds, tmp_path) -> None:
    marks = ["", "~", "^", "+", "*"]
    lines = [
        f"code-creation,JS,1,2,{0x1000 * n + 0x1000:#x},64,f{n},{0x90000 + n:#x},{mark}\n"
        for n, mark in enumerate(marks)
    ]
    (tmp_path / "a.log").write_text(f"v8-version,{version}\n{''.join(lines)}")
    found = preprocessed(tmp_path / "a.log")
    assert [code["kind"] for code in found["code"]] == kinds
    assert found["ticks"] == []
    assert found["scripts"] == []
