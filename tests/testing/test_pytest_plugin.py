"""The plug-in for pytest, in sessions of pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]

TEST = """
import os, pytest

def total(n):
    return sum(i * i for i in range(n))

@pytest.mark.profkit(runs=3, seconds=0.1)
def test_total():
    assert total(int(os.environ.get("SIZE", "2000"))) > 0
"""
BASELINE = "--profkit-baseline=main"


@pytest.fixture
def project(pytester, monkeypatch):
    """Return a project in which every warning is an error."""
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers -p no:xdist\n")
    pytester.makepyfile(TEST)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    return pytester


def run(project, *arguments):
    return project.runpytest_subprocess(*arguments)


def compared(result):
    """Check that the one test was compared; what a busy machine makes of it is no concern here."""
    result.stdout.fnmatch_lines(["*profkit, baseline main*", "1 recorded: 1 *"])
    assert " no baseline" not in lines(result)
    failed = "1 regression" in lines(result)
    result.assert_outcomes(passed=int(not failed), failed=int(failed))


def lines(result):
    return "\n".join(result.outlines)


def test_a_marked_test_is_any_test_until_a_baseline_is_named(project) -> None:
    result = run(project)
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*profkit,*")
    assert not (project.path / ".profkit").exists()


def test_nothing_is_imported_until_a_baseline_is_named(project) -> None:
    code = "import sys; print(sorted(name for name in sys.modules if name.startswith('profkit')))"
    project.makeconftest(f"def pytest_unconfigure():\n    {code}\n")
    result = run(project, "-s")
    result.stdout.fnmatch_lines(["*'profkit', 'profkit._version', 'profkit.pytest_plugin'*"])
    assert "numpy" not in lines(result)


def test_what_is_recorded_is_stored_and_compared(project, monkeypatch) -> None:
    result = run(project, BASELINE)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["no baseline *::test_total*", "1 recorded: 1 no baseline"])

    result = run(project, BASELINE, "--profkit-update")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*profkit, baseline main*", "stored *::test_total*3 runs"])

    compared(run(project, BASELINE))

    monkeypatch.setenv("SIZE", "20000")
    result = run(project, BASELINE, "--junitxml=junit.xml")
    result.assert_outcomes(failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["*total*", "regression *::test_total*", "1 recorded: 1 regression"]
    )
    assert "recording.py" not in lines(result)
    properties = ET.parse(project.path / "junit.xml").iter("property")  # noqa: S314 (our own)
    assert [one.get("value")[:10] for one in properties] == ["regression"]


def test_what_became_cheaper_passes(project, monkeypatch) -> None:
    monkeypatch.setenv("SIZE", "20000")
    run(project, BASELINE, "--profkit-update")
    monkeypatch.setenv("SIZE", "2000")
    result = run(project, BASELINE)
    result.assert_outcomes(passed=1)
    # A test so much shorter may have too few samples for a verdict, which fails nothing either.
    result.stdout.fnmatch_lines(["*::test_total*everything together costs *less*"])


def test_a_part_of_a_test_is_recorded_by_the_fixture(project) -> None:
    project.makepyfile(
        """
        def busy(n):
            while n:
                n -= 1

        def test_part(profkit_profile, tmp_path):
            busy(1_000_000)
            for _ in range(3):
                with profkit_profile(operations=4):
                    for _ in range(4):
                        busy(1_000_000)
        """
    )
    run(project).assert_outcomes(passed=1)
    run(project, BASELINE, "--profkit-update").assert_outcomes(passed=1)
    compared(run(project, BASELINE))


def test_files_of_other_profilers_are_taken(project) -> None:
    project.makepyfile(
        """
        import cProfile

        def busy(n):
            while n:
                n -= 1

        def test_files(profkit_profile, tmp_path):
            for number in range(2):
                profile = cProfile.Profile()
                profile.runcall(busy, 200_000)
                profile.dump_stats(tmp_path / f"{number}.pstats")
                profkit_profile.add(tmp_path / f"{number}.pstats")
        """
    )
    run(project).assert_outcomes(passed=1)
    run(project, BASELINE, "--profkit-update").assert_outcomes(passed=1)
    compared(run(project, BASELINE))


def test_a_test_that_fails_is_not_recorded(project) -> None:
    project.makepyfile("import pytest\n@pytest.mark.profkit\ndef test_no():\n    assert 0\n")
    result = run(project, BASELINE, "--profkit-update")
    result.assert_outcomes(failed=1)
    assert "assert 0" in lines(result)
    assert "profkit, baseline" not in lines(result)


@pytest.mark.parametrize(
    ("marker", "body", "said"),
    [
        ("(runs=0)", "def test_it(): pass", "the marker is profkit(runs=5, seconds=1)"),
        ("(times=3)", "def test_it(): pass", "the marker is profkit(runs=5, seconds=1)"),
        ("(runs=2, seconds='x')", "def test_it(): pass", "the marker is profkit("),
        ("(2, 0.002)", "def test_it(): __import__('time').sleep(0.1)", "too little CPU time"),
    ],
)
def test_what_cannot_be_recorded_fails_with_its_reason(project, marker, body, said) -> None:
    project.makepyfile(f"import pytest\n@pytest.mark.profkit{marker}\n{body}\n")
    result = run(project, BASELINE)
    result.assert_outcomes(failed=1)
    assert f"profkit: {said}" in lines(result) or said in lines(result)
    assert "Traceback" not in lines(result)


@pytest.mark.parametrize("update", [[], ["--profkit-update"]])
def test_a_file_that_cannot_be_read_fails_with_its_reason(project, update) -> None:
    project.makepyfile(
        """
        def test_it(profkit_profile):
            with profkit_profile():
                sum(i * i for i in range(1_000_000))
        """
    )
    run(project, BASELINE, "--profkit-update").assert_outcomes(passed=1)
    stored = sorted(project.path.joinpath(".profkit").rglob("*"))
    project.makepyfile("def test_it(profkit_profile):\n    profkit_profile.add('missing.json')\n")
    result = run(project, BASELINE, *update)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*profkit: *missing.json*"])
    assert sorted(project.path.joinpath(".profkit").rglob("*")) == stored


@pytest.mark.parametrize("name", ["../main", "a/b", ".hidden", "a\x1b", " "])
def test_a_name_that_is_no_folders_is_refused(project, name) -> None:
    result = run(project, f"--profkit-baseline={name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "is no name of a baseline" in "".join(result.errlines)


def test_an_update_needs_a_name(project) -> None:
    result = run(project, "--profkit-update")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--profkit-update needs --profkit-baseline NAME*"])


def test_other_processes_of_xdist_are_told_of_too(project) -> None:
    project.makeini("[pytest]\nfilterwarnings = error\n")
    run(project, BASELINE, "--profkit-update", "-n", "2").assert_outcomes(passed=1)
    compared(run(project, BASELINE, "-n", "2"))


def test_parameters_and_fixtures_are_given_again(project) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.fixture
        def numbers():
            return list(range(3_000))

        class TestSorting:
            @pytest.mark.profkit(runs=2, seconds=0.2)
            @pytest.mark.parametrize("reverse", [False, True])
            def test_sort(self, numbers, reverse):
                assert sorted(numbers, key=str, reverse=reverse)
        """
    )
    result = run(project, BASELINE, "--profkit-update")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["stored *test_sort[[]False[]]*", "stored *test_sort[[]True[]]*"])


def test_the_plug_in_is_found_by_its_name() -> None:
    code = "import importlib.metadata as m; print(m.entry_points(group='pytest11', name='profkit'))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert b"profkit.pytest_plugin" in ran.stdout


def test_what_is_marked_and_cannot_be_recorded_is_told_of(project) -> None:
    project.makepyfile(
        """
        import unittest
        import pytest

        class TestOld(unittest.TestCase):
            @pytest.mark.profkit
            def test_it(self):
                assert True
        """
    )
    result = run(project, BASELINE)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["left out *::TestOld::test_it  methods of unittest.TestCase*"])


def test_a_coroutine_is_not_called_again_but_records_within_itself(project) -> None:
    project.makeconftest(
        """
        import asyncio, inspect, pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(pyfuncitem):
            if inspect.iscoroutinefunction(pyfuncitem.obj):
                names = inspect.signature(pyfuncitem.obj).parameters
                given = {name: pyfuncitem.funcargs[name] for name in names}
                asyncio.run(pyfuncitem.obj(**given))
                return True
        """
    )
    project.makepyfile(
        """
        import pytest

        @pytest.mark.profkit
        async def test_marked():
            pass

        async def test_within(profkit_profile):
            with profkit_profile():
                sum(i * i for i in range(1_000_000))
        """
    )
    result = run(project, BASELINE, "--profkit-update")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*profkit: a coroutine is not called again*", "stored *::test_within*"]
    )


def test_pytest_does_not_mind_that_profkit_was_imported_before_it(project, tmp_path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = "import profkit, pytest; raise SystemExit(pytest.main(['-q']))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"1 passed" in ran.stdout
