"""Files that make no sense, or hardly any: each has one outcome, and it is never a traceback."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from profkit.errors import ProfkitError
from profkit.loading import load

CRASHERS = Path(__file__).parent / "crashers"
EXPECTED = tomllib.loads((CRASHERS / "expected.toml").read_text())
REFUSED = {name: outcome["refused"] for name, outcome in EXPECTED.items() if "refused" in outcome}
READ = {
    name: (outcome["losses"], outcome["samples"])
    for name, outcome in EXPECTED.items()
    if "losses" in outcome
}


def test_every_crasher_has_an_outcome():
    names = {path.name for path in CRASHERS.iterdir()} - {"expected.toml"}
    assert names == set(EXPECTED) == set(REFUSED) | set(READ)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_one_line(name):
    path = CRASHERS / name
    with pytest.raises(ProfkitError) as caught:
        load(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: {REFUSED[name]}")
    assert "\n" not in line
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", READ)
def test_it_is_read_and_its_ledger_says_what_was_lost(name):
    profile = load(CRASHERS / name)
    losses = [
        f"{e.action.value} {e.count} {e.unit}: {e.cause}" + (f" ({e.example})" if e.example else "")
        for e in profile.ledger.losses
    ]
    assert (losses, profile.sample_count) == READ[name]


def profkit(*arguments, before=""):
    """Run the command line as a user would; ``before`` is Python to run in its process first."""
    program = f"import os, sys\nfrom profkit.cli import main\n{before}\nsys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def assert_refused(run, what):
    assert run.returncode == 2
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1
    assert what in run.stderr


@pytest.mark.parametrize(
    "name", ["truncated.cpuprofile.gz", "negative.folded", "wrong-close.speedscope.json"]
)
def test_the_command_line_says_so_and_ends_with_2(name):
    assert_refused(profkit("top", CRASHERS / name), REFUSED[name])


def test_a_directory_and_a_missing_file_are_refused(tmp_path):
    assert_refused(profkit("top", tmp_path), "is a directory; a profile file is expected")
    assert_refused(profkit("top", tmp_path / "none"), "no such file or directory")


AS_NOBODY = """
import builtins
usual = builtins.open
def as_nobody(name, *rest):
    if name != sys.argv[2] or os.geteuid() != 0:
        return usual(name, *rest)
    os.seteuid(65534)
    try:
        return usual(name, *rest)
    finally:
        os.seteuid(0)
builtins.open = as_nobody
"""


def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = tmp_path / "secret.folded"
    path.write_text("main 1\n")
    path.chmod(0)
    # Root may read anything, so somebody else opens the file.
    assert_refused(profkit("top", path, before=AS_NOBODY), f"{path}: permission denied")
