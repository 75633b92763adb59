"""``profkit process``: the report, as people, programs and Node's own tool have it."""

from __future__ import annotations

import json

import pytest
from running import run

CLASSIC = """\
Statistical profiling result from app.log, (4 ticks, 0 unaccounted, 0 excluded).

 [Shared libraries]:
   ticks  total  nonlib   name
      2   50.0%          /usr/bin/node

 [JavaScript]:
   ticks  total  nonlib   name
      1   25.0%   50.0%  JS: *logRequest /srv/api/node_modules/morgan/index.js:144:7
      1   25.0%   50.0%  JS: *handle /srv/api/server.js:12:3

 [C++]:
   ticks  total  nonlib   name

 [Summary]:
   ticks  total  nonlib   name
      2   50.0%  100.0%  JavaScript
      0    0.0%    0.0%  C++
      0    0.0%    0.0%  GC
      2   50.0%          Shared libraries

 [C++ entry points]:
   ticks    cpp   total   name

 [Bottom up (heavy) profile]:
  Note: percentage shows a share of a particular caller in the total
  amount of its parent calls.
  Callers occupying less than 1.0% are not shown.

   ticks parent  name
      2   50.0%  /usr/bin/node
      2  100.0%    JS: *logRequest /srv/api/node_modules/morgan/index.js:144:7
      2  100.0%      JS: *handle /srv/api/server.js:12:3

      1   25.0%  JS: *logRequest /srv/api/node_modules/morgan/index.js:144:7
      1  100.0%    JS: *handle /srv/api/server.js:12:3

      1   25.0%  JS: *handle /srv/api/server.js:12:3

"""


def test_classic(log, capsys) -> None:
    assert run(capsys, "process", "--format", "classic", log) == (0, CLASSIC, "")


def test_classic_hides_what_the_tool_of_node_6_hides(folder, capsys) -> None:
    (folder / "old.log").write_text(
        'v8-version,5,1,281,108,0\ncode-creation,LoadIC,7,0x1000,16,"a"\n'
        'code-creation,LazyCompile,0,0x2000,16,"run /srv/a.js:1:2",0x9000,*\n'
        "tick,0x1004,1,0,0x0,0,0x2004\n"
    )
    code, out, _ = run(capsys, "process", "--format", "classic", "old.log")
    assert code == 0
    assert "less than 2.0% are not shown" in out
    assert "      1  100.0%  100.0%  LazyCompile: *run /srv/a.js:1:2\n" in out
    assert "LoadIC" not in out
    assert "(ic)" in run(capsys, "top", "old.log")[1]


def test_classic_to_a_file(log, folder, capsys) -> None:
    code, out, err = run(capsys, "process", "--format", "classic", "--output", "report.txt", log)
    assert (code, out, err) == (0, "", "")
    assert (folder / "report.txt").read_text() == CLASSIC


def test_the_report_says_who_is_responsible(log, capsys) -> None:
    code, out, err = run(capsys, "process", log)
    assert (code, err) == (0, "")
    morgan = next(line.split() for line in out.splitlines() if line.endswith("morgan"))
    assert morgan == ["1", "25.0", "3", "75.0", "3", "75.0", "morgan"]


def test_the_limit_says_what_it_leaves_out(log, capsys) -> None:
    _, out, _ = run(capsys, "process", "-n", "1", log)
    assert "1 of 3 packages shown" in out
    assert "1 of 2 functions shown; 25.0 % of the time is below" in out


def test_json(log, capsys) -> None:
    code, out, _ = run(capsys, "process", "--json", log)
    record = json.loads(out)
    assert (code, record["view"], record["total"]) == (0, "process", 4)
    assert [row["value"] for row in record["sharedLibraries"]] == [2]
    assert record["javascript"][0]["tier"] == "turbofan"
    assert [row["depth"] for row in record["bottomUp"]] == [0, 1, 2, 0, 1, 0]


def test_other_formats_are_reported_too(folder, capsys) -> None:
    (folder / "a.cpuprofile").write_text(
        json.dumps(
            {
                "nodes": [
                    {"id": 1, "callFrame": _frame("(root)", ""), "children": [2]},
                    {"id": 2, "callFrame": _frame("run", "/srv/a.js"), "hitCount": 2},
                ],
                "startTime": 0,
                "endTime": 3000,
                "samples": [2, 2],
                "timeDeltas": [1000, 1000],
            }
        )
    )
    code, out, _ = run(capsys, "process", "a.cpuprofile")
    assert code == 0
    assert "run" in out
    code, out, err = run(capsys, "process", "--format", "classic", "a.cpuprofile")
    assert (code, out) == (2, "")
    assert "--value-type (samples)" in err
    code, out, _ = run(
        capsys, "process", "--format", "classic", "--value-type", "samples", "a.cpuprofile"
    )
    assert code == 0
    assert "      2  100.0%  100.0%  run /srv/a.js:1:1\n" in out


@pytest.mark.parametrize("text", ["node", "=a", "node=", ""])
def test_symbols_want_a_library_and_a_file(log, capsys, text):
    code, out, err = run(capsys, "process", "--symbols", text, log)
    assert (code, out) == (2, "")
    assert f"{text!r} is not LIBRARY=FILE" in err


def test_names_of_a_symbol_file_cannot_reach_the_terminal(folder, capsys):
    (folder / "n.log").write_text(
        "v8-version,12,4,254,21,0\nshared-library,/opt/node,0x400000,0x500000,0\n"
        "tick,0x401008,10,0,0x0,0\n"
    )
    (folder / "node.txt").write_bytes(b"0000000000401000 0000000000000020 T ev\x1b[31mil\x07\n")
    code, out, _ = run(capsys, "process", "--symbols", "node=node.txt", "n.log")
    assert code == 0
    assert "ev" in out
    assert not set("\x1b\x07") & set(out)


def _frame(name: str, url: str) -> dict:
    return {
        "functionName": name,
        "scriptId": "1",
        "url": url,
        "lineNumber": 0 if url else -1,
        "columnNumber": 0 if url else -1,
    }
