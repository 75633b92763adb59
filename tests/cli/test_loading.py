"""From the PROFILE arguments to one profile: what is read when, and what is said about it."""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import sys
import time

from running import LOG, run, spawn

from profkit.cli.loading import load_profiles
from profkit.cli.progress import showing_progress


def _total(result):
    """Return the total that a ``--json`` run reports."""
    return json.loads(result if isinstance(result, bytes | str) else result.out)["total"]


def test_standard_input_and_compression(log, folder) -> None:
    assert _total(spawn("top", "--json", "-", input=LOG.encode()).stdout) == 4
    assert _total(spawn("top", "--json", "-", input=gzip.compress(LOG.encode())).stdout) == 4


def test_what_is_piped_in_is_read_without_a_name(log, folder) -> None:
    assert _total(spawn("top", "--json", input=LOG.encode()).stdout) == 4
    with (folder / log).open("rb") as file:
        result = spawn("top", "--json", stdin=file)
    assert _total(result.stdout) == 4
    assert result.stderr == b""


def test_a_socket_is_a_pipe_too(log) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(LOG.encode())
        ours.shutdown(socket.SHUT_WR)
        result = spawn("top", "--json", stdin=theirs)
    assert _total(result.stdout) == 4


def test_a_pipe_that_stays_silent_is_not_waited_for(log) -> None:
    quiet, held = os.pipe()
    try:
        result = spawn("top", stdin=quiet)
    finally:
        os.close(quiet)
        os.close(held)
    assert result.returncode == 2
    assert result.stderr.startswith(b"profkit: no PROFILE is named")


def test_the_profile_read_last_is_remembered_by_folder(log, folder, capsys, monkeypatch) -> None:
    run(capsys, "top", log)
    code, out, err = run(capsys, "heavy", "--json")
    assert (code, json.loads(out)["total"]) == (0, 4)
    assert re.fullmatch(r"profkit: using app\.log \(last read \d{4}-\d\d-\d\d \d\d:\d\d\)\n", err)
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert run(capsys, "top").code == 2


def test_a_remembered_file_that_changed_is_read_again_and_said_so(log, folder, capsys) -> None:
    run(capsys, "top", log)
    (folder / log).write_text(LOG.replace("profiler,end", "tick,0x1020,5000,0,0x0,0\nprofiler,end"))
    result = run(capsys, "top", "--json")
    assert _total(result) == 5
    assert ", changed since)" in result.err


def test_a_remembered_file_may_become_one_of_another_format(log, folder, capsys) -> None:
    run(capsys, "top", log)
    (folder / log).write_text("main;work 7\n")
    assert _total(run(capsys, "top", "--json")) == 7


def test_a_remembered_file_that_is_gone_is_an_error(log, folder, capsys) -> None:
    run(capsys, "top", log)
    (folder / log).unlink()
    code, _, err = run(capsys, "top")
    assert code == 2
    assert err.splitlines()[-1].endswith("app.log: no such file or directory")


def test_what_failed_is_not_remembered(log, folder, capsys) -> None:
    run(capsys, "top", log)
    (folder / "empty").write_bytes(b"")
    assert run(capsys, "top", "empty").code == 2
    assert _total(run(capsys, "top", "--json")) == 4


def test_several_profiles_are_one(log, folder, capsys) -> None:
    (folder / "b.log").write_text(LOG)
    result = run(capsys, "top", "--json", log, "b.log")
    assert _total(result) == 8
    assert result.err == "profkit: 2 profiles are shown as one\n"
    assert json.loads(result.out)["profile"]["source"] == "app.log, b.log"
    again = run(capsys, "top", "--json")
    assert _total(again) == 8
    assert again.err.startswith("profkit: using app.log, b.log (last read ")


def test_profiles_that_count_different_things_say_so(log, folder, capsys) -> None:
    profile = {
        "nodes": [{"id": 1, "callFrame": {"functionName": "f"}, "hitCount": 1}],
        "startTime": 0,
        "endTime": 1000,
        "samples": [1],
        "timeDeltas": [0],
    }
    (folder / "b.cpuprofile").write_text(json.dumps(profile))
    assert run(capsys, "top", log, "b.cpuprofile").err == (
        "profkit: 2 profiles are shown as one, with 0 where one does not have the value shown: "
        "app.log has ticks; b.cpuprofile has cpu, samples\n"
    )


def test_a_named_format_is_taken_at_its_word(folder, capsys) -> None:
    (folder / "app.log").write_text("not,a,log\n")
    code, _, err = run(capsys, "top", "--input-format", "v8log", "app.log")
    assert code == 2
    assert err.startswith("profkit: app.log: ")


def test_a_value_type_is_chosen_by_name(log, capsys) -> None:
    assert run(capsys, "top", "--value-type", "ticks", log).code == 0
    code, _, err = run(capsys, "top", "--value-type", "bytes", log)
    assert (code, err) == (2, "profkit: 'bytes' is no value type of this profile; it has ticks\n")


def test_losses_above_a_hundredth_are_mentioned(log, folder, capsys) -> None:
    assert run(capsys, "top", log).err == ""
    lost = LOG.replace("0x1010,0x2010", "0x1010,0x77770000,0x2010")
    (folder / log).write_text(lost)
    assert run(capsys, "top", log).err == (
        "profkit: dropped or repaired: 2 of 7 frames (profkit info says why)\n"
    )


def test_small_losses_are_not(log, folder, capsys) -> None:
    ticks = "".join(f"tick,0x1020,{n},0,0x0,0,0x2010\n" for n in range(10_000, 10_500))
    lost = LOG.replace("0x1010,0x2010", "0x1010,0x77770000,0x2010", 1)
    (folder / log).write_text(lost.replace("profiler,end\n", f"{ticks}profiler,end\n"))
    assert run(capsys, "top", log).err == ""


def test_a_cache_that_cannot_be_written_breaks_nothing(log, folder, capsys, monkeypatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "file"))
    assert run(capsys, "top", log) == run(capsys, "top", log)
    assert run(capsys, "top", log)[0] == 0
    assert run(capsys, "top").code == 2


def test_progress_is_shown_for_big_inputs_to_those_who_look(log, capsys, monkeypatch) -> None:
    monkeypatch.setattr("profkit.cli.loading._WORTH_PROGRESS", 1)
    load_profiles([log])
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    seen = []

    class Watched:
        def __init__(self, path) -> None:
            seen.append(path)

        def __enter__(self):
            return lambda done, total: seen.append((done, total))

        def __exit__(self, *_) -> None:
            seen.append("wiped")

    monkeypatch.setattr("profkit.cli.progress.showing_progress", Watched)
    load_profiles([log])
    size = len(LOG)
    assert seen[0] == log
    assert (size, size) in seen
    assert seen[-1] == "wiped"


def test_the_progress_bar_names_the_file_safely(capsys, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with showing_progress("logs/[bold]\x1b]0;x\x07.log") as on_progress:
        on_progress(10, 20)
        time.sleep(0.15)  # a bar refreshes ten times a second
    err = capsys.readouterr().err
    assert r"reading [bold]\x1b]0;x\x07.log" in err
    assert "\x1b]0;" not in err


def test_what_source_maps_beside_files_do_is_said(folder, capsys):
    (folder / "a.log").write_text(
        "v8-version,12,4,254,21,-node.57,0\n"
        "code-creation,JS,11,12,0x1000,64,t /one.js:1:11,0x9000,*\n"
        "code-creation,JS,11,12,0x2000,64,t /two.js:1:11,0x9100,*\n"
        "tick,0x1004,10,0,0x0,0\n"
        "tick,0x2004,20,0,0x0,0\n"
    )
    for name, text in (("one", "function t(n){}"), ("two", "t()")):
        (folder / f"{name}.js").write_text(text)
        (folder / f"{name}.js.map").write_text(
            '{"version": 3, "sources": ["a.ts"], "names": ["twice"], "mappings": "AAAA,SAASA"}'
        )
    code, out, err = run(capsys, "top", "--target", ".", "a.log")
    assert code == 0
    assert "twice" in out
    assert err == (
        "profkit: 1 function placed by source maps beside their files "
        "(--no-source-maps leaves them)\n"
        "profkit: 1 source map not used, of files that have changed since they were recorded: "
        "/two.js\n"
    )
    code, out, err = run(capsys, "top", "--target", ".", "--no-source-maps", "a.log")
    assert (code, "twice" in out, err) == (0, False, "")
