"""The options of V8's own tick processor, on the command line."""

from __future__ import annotations

import json

import pytest
from running import run

LOG = """\
v8-version,12,4,254,21,-node.35,0
shared-library,/usr/bin/node,0x400000,0x500000,0
profiler,begin,1000
code-creation,JS,11,9,0x2000,64,outer /srv/a.js:1:2,0x9000,*
code-creation,Builtin,2,9,0x3000,64,LoadIC
code-creation,BytecodeHandler,2,9,0x4000,64,Ldar
tick,0x2010,1000,0,0x0,0
tick,0x3010,2000,0,0x0,0,0x2020
current-time,7
tick,0x4010,3000,0,0x0,1,0x2020
tick,0x400010,4000,0,0x0,5,0x2020
current-time,8
tick,0x700000,5000,0,0x0,8,0x2020
"""


@pytest.fixture
def ticks(folder) -> str:
    (folder / "ticks.log").write_text(LOG)
    return "ticks.log"


def classic(capsys, *options: str) -> tuple[str, list[str]]:
    """Return the head of the classic report, and the labels of its sections."""
    code, out, _ = run(capsys, "process", "--format", "classic", *options)
    assert code == 0
    lines = out.splitlines()
    sections = out.partition(" [Summary]")[0].splitlines()[1:]
    return lines[0].partition("(")[2], [line[24:] for line in sections if line[:1] == " "][2:]


@pytest.mark.parametrize(
    ("options", "head"),
    [
        (["-j"], "5 ticks, 0 unaccounted, 3 excluded)."),
        (["--gc"], "5 ticks, 0 unaccounted, 4 excluded)."),
        (["-j", "-o"], "5 ticks, 0 unaccounted, 4 excluded)."),
        (["-ni"], "5 ticks, 0 unaccounted, 1 excluded)."),
        (["--range=2,4"], "3 ticks, 0 unaccounted, 0 excluded)."),
        (["--range", "auto,4"], "4 ticks, 0 unaccounted, 0 excluded)."),
        (["--range=2"], "4 ticks, 1 unaccounted, 0 excluded)."),
        (["--range=,4", "--distortion=1000000"], "5 ticks, 1 unaccounted, 0 excluded)."),
        (["--timed-range"], "2 ticks, 0 unaccounted, 0 excluded)."),
        (["--ptr", "-g"], "2 ticks, 0 unaccounted, 1 excluded)."),
    ],
)
def test_ticks_are_selected(options, head, ticks, capsys) -> None:
    assert classic(capsys, *options, ticks)[0] == head


def test_code_has_rows_of_its_own_or_counts_for_its_caller(ticks, capsys) -> None:
    def rows(*options: str) -> list[str]:
        code, out, _ = run(capsys, "process", "--json", *options, ticks)
        assert code == 0
        return [f"{row['label']} {row['value']}" for row in json.loads(out)["javascript"]]

    outer, inline_cache, handler = "JS: *outer /srv/a.js:1:2", "Builtin: LoadIC", "BytecodeHandler"
    assert rows() == [f"{outer} 2", f"{inline_cache} 1"]
    assert rows("--separate-ic=false") == [f"{outer} 3"]
    assert rows("--separate-builtins=0") == [f"{outer} 3"]
    own = [f"{outer} 1", f"{handler}: Ldar 1", f"{inline_cache} 1"]
    assert sorted(rows("--separate-bytecodes")) == sorted(own)
    assert sorted(rows("--separate-bytecodes=true")) == sorted(own)


def test_an_option_without_a_value_means_to_classic_what_it_means_to_node(ticks, capsys) -> None:
    code, out, err = run(capsys, "process", "--format", "classic", "--separate-ic", ticks)
    assert code == 0
    assert "LoadIC" not in out
    assert "profkit: --separate-ic without =true means =false, as to V8's own tool\n" in err


def test_callers_unknown_code_and_the_summary_alone(ticks, capsys) -> None:
    code, out, _ = run(capsys, "process", "--json", "--call-graph-size=0", ticks)
    assert (code, {row["depth"] for row in json.loads(out)["bottomUp"]}) == (0, {0})
    record = json.loads(run(capsys, "process", "--json", "--ignore-unknown", ticks)[1])
    assert sum(record["kinds"].values()) == sum(record["states"].values()) == record["total"]
    assert (record["total"], record["unaccounted"]) == (4, 1)
    assert "UNKNOWN" not in {row["label"] for row in record["bottomUp"]}
    text = run(capsys, "process", "--only-summary", "--ignore-unknown", "-j", ticks)[1]
    assert text.splitlines()[-1] == "left out: 3 ticks in other states of V8"
    text = run(capsys, "process", "--ignore-unknown", ticks)[1]
    assert "left out: 1 ticks in unknown code" in text
    assert "Unaccounted" not in text
    assert "Bottom-up" in text
    record = json.loads(run(capsys, "process", "--json", "--only-summary", "-g", ticks)[1])
    assert record["summary"] == {"sharedLibraries": 0, "javascript": 1, "native": 0}
    assert (record["total"], record["excluded"]) == (1, 4)
    assert "bottomUp" not in record
    code, out, _ = run(capsys, "process", "--format", "classic", "--only-summary", ticks)
    assert out.split("\n\n")[1].startswith(" [Summary]:")
    assert "Bottom up" not in out


@pytest.mark.parametrize("option", ["--range=1-2", "--range=1,2,3", "--separate-ic=maybe"])
def test_an_option_that_makes_no_sense(option, ticks, capsys) -> None:
    code, out, err = run(capsys, "process", option, ticks)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"Invalid value for '{option.partition('=')[0]}'" in err


def test_a_word_after_an_option_without_a_value_is_a_profile(ticks, folder, capsys) -> None:
    (folder / "--separate-ic").write_text(LOG)
    code, out, _ = run(capsys, "process", "--only-summary", "--", "--separate-ic")
    assert (code, "5 ticks" in out) == (0, True)


def test_other_formats_have_no_such_ticks(folder, capsys) -> None:
    (folder / "a.folded").write_text("a;b 3\n")
    code, out, err = run(capsys, "process", "--gc", "a.folded")
    assert (code, out) == (2, "")
    assert err == (
        "profkit: a.folded: ticks are selected by state, range and clock in V8 logs only; "
        "this is folded stacks (py-spy -f raw, stackcollapse)\n"
    )


def test_a_log_is_written_as_json_for_other_tools(ticks, folder, capsys) -> None:
    assert run(capsys, "process", "--preprocess", "--output", "a.json", ticks)[:2] == (0, "")
    found = json.loads((folder / "a.json").read_text())
    assert [code["name"] for code in found["code"]][:2] == ["/usr/bin/node", "outer /srv/a.js:1:2"]
    assert [tick["vm"] for tick in found["ticks"]] == [0, 0, 1, 5, 8]
    code, out, _ = run(capsys, "process", "--preprocess", "-j", ticks)
    assert code == 0
    assert [tick["vm"] for tick in json.loads(out)["ticks"]] == [0, 0]


def test_only_one_v8_log_is_written_as_json(ticks, folder, capsys) -> None:
    (folder / "a.folded").write_text("a;b 1\n")
    refusal = "a.folded: only V8 logs are preprocessed; this is folded stacks (py-spy"
    code, out, err = run(capsys, "process", "--preprocess", "a.folded")
    assert (code, out) == (2, "")
    assert err.startswith(f"profkit: {refusal}")
    assert run(capsys, "process", "--preprocess", ticks, ticks) == (
        2,
        "",
        "profkit: one V8 log is preprocessed at a time, and 2 are named\n",
    )


def test_a_source_map_names_what_is_in_its_file(ticks, folder, capsys) -> None:
    (folder / "a.js.map").write_text(
        r'{"version": 3, "sources": ["a.ts"], "mappings": "AAEA",'
        r'"sourcesContent": ["\n\nfunction written() {}"]}'
    )
    labels = classic(capsys, "--source-map", "a.js.map", ticks)[1]
    assert " a.ts:3:1 -> JS: *outer /srv/a.js:1:2" in labels
    assert " Builtin: LoadIC" in labels
    code, out, _ = run(capsys, "process", "--json", "--source-map", "a.js.map", ticks)
    assert code == 0
    row = json.loads(out)["javascript"][0]
    assert (row["name"], row["file"]) == ("written", "/srv/a.ts")
    code, _, err = run(
        capsys, "process", "--format", "classic", *["--source-map", "a.js.map"] * 2, ticks
    )
    assert (code, err) == (2, "profkit: the classic report takes one --source-map\n")
