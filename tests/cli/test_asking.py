"""What is looked at: the same options for every command, in their order, and what is said of it."""

from __future__ import annotations

import json

import click
import pytest
from running import LOG, run

from profkit.cli.commands import COMMANDS
from profkit.cli.commands import profkit as command_line
from profkit.cli.options import reading
from profkit.transforms.steps import STEPS

NAMES = [command.name for command in COMMANDS]
DEOPTS = LOG.replace(
    "profiler,end\n",
    "code-deopt,5000,8,0x1000,12,20,eager,<./index.js:150:1>,wrong map\nprofiler,end\n",
)


def _json(capsys, *arguments):
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0
    return json.loads(out)


def _steps(record):
    return [(step["name"], *step["arguments"]) for step in record["steps"]]


def _options(command):
    return {option for p in command.params if isinstance(p, click.Option) for option in p.opts}


@pytest.mark.parametrize("name", NAMES)
def test_a_command_that_reads_profiles_can_be_asked_everything(name) -> None:
    found = _options(command_line.get_command(click.Context(command_line), name))
    assert {f"--{step}" for step in STEPS} <= found


def test_a_command_that_is_made_tomorrow_has_them_by_its_decorator() -> None:
    @click.command()
    @reading
    def tomorrow(**_) -> None: ...

    assert {f"--{step}" for step in STEPS} <= _options(tomorrow)


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        (["--focus", "a", "--hide", "zz"], [("focus", "a"), ("hide", "zz")]),
        (["--hide", "zz", "--focus", "a"], [("hide", "zz"), ("focus", "a")]),
        (
            ["--show=.", "--hide", "zz", "--show", "o", "--mine", "--hide=yy"],
            [("show", "."), ("hide", "zz"), ("show", "o"), ("mine",), ("hide", "yy")],
        ),
        (["--mine", "--ignore", "--mine"], [("mine",), ("ignore", "--mine")]),
        (
            ["--hide", "zz", "--to", "100%", "--thread", "1", "--from", "0", "--thread", "."],
            [("to", "100%"), ("from", "0"), ("thread", "1", "."), ("hide", "zz")],
        ),
    ],
)
def test_steps_keep_the_order_of_the_command_line(arguments, steps, log, capsys) -> None:
    assert _steps(_json(capsys, "top", log, *arguments)) == steps
    assert _steps(_json(capsys, "top", *arguments, log)) == steps


def test_a_shell_can_complete_a_line_that_cannot_be_run_yet(monkeypatch, capsys) -> None:
    monkeypatch.setenv("_PROFKIT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "profkit top --focus ( --show-")
    monkeypatch.setenv("COMP_CWORD", "4")
    assert run(capsys) == (0, "plain,--show-from\n", "")


def test_one_command_line_leaves_nothing_to_the_next(log, capsys) -> None:
    assert _json(capsys, "top", "--focus", "logRequest", log)["total"] == 3
    record = _json(capsys, "top", log)
    assert record["total"] == 4
    assert "steps" not in record


OTHERS = {"convert", "deopts", "diff", "flame", "info", "timeline", "view"}
OF_TICKS = [name for name in NAMES if name not in OTHERS]


@pytest.mark.parametrize("command", OF_TICKS)
def test_every_view_is_of_what_is_kept_and_says_so(command, log, capsys) -> None:
    words = (command, "logRequest") if command == "butterfly" else (command,)
    assert _json(capsys, *words, "--focus", "logRequest", log)["total"] == 3
    text = run(capsys, *words, "--focus", "logRequest", "--from", "0", log).out
    assert "3 ticks, 75.0 % of 4 ticks kept by --from 0 --focus logRequest" in text


def test_a_timeline_is_of_what_is_kept_and_says_so(log, capsys) -> None:
    record = _json(capsys, "timeline", "--focus", "logRequest", log)
    assert [step["after"]["samples"] for step in record["steps"]] == [3]
    text = run(capsys, "timeline", "--focus", "logRequest", log).out
    assert "75.0 % of 4 ticks kept by --focus logRequest" in text


def test_a_flame_graph_is_of_what_is_kept_and_says_so(log, folder, capsys) -> None:
    assert _json(capsys, "flame", "--ignore", "logRequest", log)["total"] == 1
    assert run(capsys, "flame", "--ignore", "logRequest", log, "a.svg").code == 0
    assert "25.0 % of 4 ticks kept by --ignore logRequest" in (folder / "a.svg").read_text()


def test_info_tells_what_each_step_left(log, capsys) -> None:
    record = _json(capsys, "info", "--from", "2ms", "--hide", "node", log)
    assert [step["before"]["samples"] for step in record["steps"]] == [4, 2]
    assert record["steps"][0]["after"] == {"samples": 2, "total": [2], "idle": [0]}
    text = run(capsys, "info", "--from", "2ms", log).out
    assert "--from 2ms" in text
    assert "50.0" in text


def test_the_classic_text_is_nodes_own_and_what_was_asked_is_a_note(log, capsys) -> None:
    code, out, err = run(capsys, "process", "--format", "classic", "--focus", "logRequest", log)
    assert code == 0
    assert out.startswith("Statistical profiling result from app.log, (3 ticks, ")
    assert err == "profkit: 75.0 % of 4 ticks kept by --focus logRequest\n"


def test_what_finds_nothing_is_told(log, capsys) -> None:
    code, _, err = run(capsys, "top", "--hide", "no such", log)
    assert (code, err) == (0, "profkit: --hide 'no such' matches nothing\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--focus", "no\x1b.0m"], r"--focus 'no\x1b.0m' matches nothing, so nothing remains"),
        (["--ignore", "."], "--ignore . leaves none of 4 samples"),
        (["--from", "1s"], "--from 1s leaves none of 4 samples"),
        (["--thread", "7"], "--thread 7: no thread is called '7'; they are 1: main"),
        (["--merge-function", "zz"], "--merge-function zz: no function's name or place contains "),
        (["--focus", "("], "Invalid value for '--focus': '(' is no regular expression"),
        (["--from", "noon"], "Invalid value for '--from': 'noon' is no time"),
    ],
)
def test_where_nothing_remains_that_is_an_error(arguments, message, log, capsys) -> None:
    code, out, err = run(capsys, "top", *arguments, log)
    assert (code, out) == (2, "")
    assert err.startswith(f"profkit: {message}")
    assert err.count("\n") == 1


def test_samples_that_lose_all_their_frames_are_counted(log, capsys) -> None:
    code, _, err = run(capsys, "top", "--hide", "handle", log)
    assert code == 0
    assert err == ("profkit: --hide handle leaves no frame of 1 of 4 samples; they are dropped\n")


def test_a_recording_without_times_has_no_part(folder, capsys) -> None:
    (folder / "a.folded").write_text("main;work 7\n")
    code, _, err = run(capsys, "top", "--from", "50%", "a.folded")
    assert (code, err) == (2, "profkit: --from 50%: this profile has no times\n")


def test_a_log_is_preprocessed_whole(log, capsys) -> None:
    code, out, err = run(capsys, "process", "--preprocess", "--mine", log)
    assert (code, out) == (2, "")
    assert err == "profkit: a log is preprocessed whole, without --mine\n"


def test_deoptimisations_are_kept_by_their_function(folder, capsys) -> None:
    (folder / "d.log").write_text(DEOPTS)
    assert _json(capsys, "deopts", "d.log")["total"] == 1
    assert _json(capsys, "deopts", "--focus", "logRequest", "d.log")["total"] == 1
    code, _, err = run(capsys, "deopts", "--ignore", "logRequest", "d.log")
    assert (code, err) == (2, "profkit: --ignore logRequest leaves none of the deoptimisations\n")
    code, _, err = run(capsys, "deopts", "--from", "1s", "d.log")
    assert (code, err) == (0, "")


def test_idle_time_counts_in_the_whole_where_it_is_asked_for(folder, capsys) -> None:
    (folder / "a.folded").write_text("main;work 6\nmain;(idle) 2\n")
    text = run(capsys, "top", "--focus", "work", "a.folded").out
    assert "6 samples, 100.0 % of 6 samples kept by --focus work" in text
    text = run(capsys, "top", "--include-idle", "--focus", "work", "a.folded").out
    assert "6 samples, 75.0 % of 8 samples kept by --focus work" in text
