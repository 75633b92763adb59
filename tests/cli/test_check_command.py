import json
from pathlib import Path

import jsonschema
import pytest
from running import run
from schemas import schema_of

SAMPLES = Path(__file__).parents[2] / "samples"
QUIET, LOGGER = (
    SAMPLES / f"node/22.23.3/auth-api-{name}.cpuprofile.gz" for name in ("quiet", "logger")
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_a_regression_ends_with_1_and_names_the_cause(capsys):
    found = run(capsys, "check", QUIET, LOGGER)
    assert found.code == 1
    assert "logRequest (morgan/index.js:116) is new" in found.out


def test_an_improvement_ends_with_0(capsys):
    found = run(capsys, "check", "--base", LOGGER, "--candidate", QUIET)
    assert found.code == 0
    assert "logRequest (morgan/index.js:116) is gone" in found.out


def test_a_baseline_is_as_good_as_its_runs(capsys, folder):
    assert run(capsys, "baseline", "save", "main", QUIET, "--ops", 6000).code == 0
    assert run(capsys, "check", "--baseline", "main", "--candidate", LOGGER).code == 1
    same = run(capsys, "check", "--baseline", "main", QUIET, "--ops-candidate", 6000)
    assert same.code == 0
    assert "of main" in same.out or "compared with 1 run" in same.out
    assert (folder / ".profkit/baselines/main.json.gz").stat().st_size < 40_000


def test_a_baseline_is_not_replaced_by_accident(capsys):
    assert run(capsys, "baseline", "save", "main", QUIET).code == 0
    again = run(capsys, "baseline", "save", "main", LOGGER)
    assert (again.code, "--force" in again.err) == (2, True)
    assert run(capsys, "baseline", "save", "main", LOGGER, "--force").code == 0


def test_a_baseline_keeps_the_latest_runs(capsys):
    run(capsys, "baseline", "save", "main", QUIET)
    run(capsys, "baseline", "update", "main", LOGGER, "--keep", 2)
    shown = json.loads(run(capsys, "baseline", "show", "main", "--json").out)
    assert [Path(one["name"]).name for one in shown["runs"]] == [QUIET.name, LOGGER.name]
    jsonschema.validate(shown, schema_of("baseline"))
    run(capsys, "baseline", "update", "main", LOGGER)
    assert "all" not in run(capsys, "baseline", "trim", "main").err
    shown = json.loads(run(capsys, "baseline", "show", "main", "--json").out)
    assert [one["samples"] for one in shown["runs"]] == [4865]


def test_budgets_need_no_base(capsys, folder):
    (folder / "profkit.toml").write_text('[budgets]\nmorgan = "0.5%"\n')
    assert run(capsys, "check", "--candidate", LOGGER).code == 1
    assert run(capsys, "check", "--candidate", QUIET).code == 0


def test_json_is_what_its_schema_says(capsys):
    found = run(capsys, "check", QUIET, LOGGER, "--json")
    verdict = json.loads(found.out)
    jsonschema.validate(verdict, schema_of("check"))
    assert (found.code, verdict["exitCode"], verdict["outcome"]) == (1, 1, "regression")


def test_reports_are_written_beside(capsys, folder):
    run(capsys, "check", QUIET, LOGGER, "--output", "sarif=check.sarif")
    assert "logRequest" in (folder / "check.sarif").read_text()


def test_calibrate_tells_how_runs_split(capsys):
    found = run(capsys, "calibrate", QUIET, LOGGER, "--json")
    told = json.loads(found.out)
    jsonschema.validate(told, schema_of("calibrate"))
    assert (told["runs"], told["sizes"][0]["comparisons"]) == (2, 2)
    assert "runs a side" in run(capsys, "calibrate", QUIET, LOGGER).out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["check"], "no candidate is named"),
        (["check", "--candidate", QUIET], "neither a base to compare with nor a budget"),
        (["check", "--baseline", "none", "--candidate", QUIET], "none.json.gz"),
        (["check", "--baseline", "x", QUIET, LOGGER], "in place of a base"),
        (["check", "none.cpuprofile", QUIET], "none.cpuprofile"),
        (["check", "--base", "none-*.log", "--candidate", QUIET], "none-*.log"),
        (["check", QUIET, LOGGER, "--value-type", "bytes"], "no value of all runs"),
        (["check", QUIET, LOGGER, "--config", "none.toml"], "none.toml"),
        (["check", QUIET, SAMPLES / "py-spy/0.4.3/py-web-logger.raw.txt.gz"], "in common"),
        (["baseline", "save", "main"], "no PROFILE is named"),
        (["baseline", "show", "none"], "none.json.gz"),
        (["baseline", "show", QUIET], "no baseline"),
        (["calibrate"], "no PROFILE is named"),
        (["calibrate", QUIET], "cannot be split"),
    ],
)
def test_what_cannot_be_checked_ends_with_2(capsys, arguments, complaint):
    found = run(capsys, *arguments)
    assert found.code == 2
    assert complaint in found.err
    assert not found.out
