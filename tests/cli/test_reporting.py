"""``--output FORMAT=FILE``: several reports at once, each whole, or a clear refusal."""

from __future__ import annotations

import json

import click
import pytest
from verdicts import passing, regression

from profkit.cli import reporting
from profkit.cli.reporting import goes_to_stdout, report_outputs, write_reports
from profkit.errors import OutputError, UsageError
from profkit.render.reports import REPORTS


@click.command()
@report_outputs
def check(reports):
    write_reports(regression(), reports)
    return reports


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "reports"
    made.mkdir()
    return made


def run(*arguments):
    return check.main([*map(str, arguments)], standalone_mode=False)


def test_several_reports_are_written_at_once(folder, capsys) -> None:
    options = [("--output", f"{one.name}={folder / one.name}{one.suffix}") for one in REPORTS]
    asked = run(*(word for option in options for word in option))
    assert [one.report for one in asked] == list(REPORTS)
    written = {file.stem: file.read_text() for file in folder.iterdir()}
    assert written.keys() == {one.name for one in REPORTS}
    assert all(written.values())
    assert json.loads(written["sarif"])["version"] == "2.1.0"
    assert capsys.readouterr().out == ""
    assert not goes_to_stdout(asked)


def test_a_dash_is_standard_output(capsys) -> None:
    asked = run("--output", "github=-")
    assert capsys.readouterr().out.startswith("::error title=Total cost")
    assert goes_to_stdout(asked)


def test_paths_are_those_of_the_checkout(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/logger.js").touch()
    monkeypatch.chdir(tmp_path)
    run("--output", "github=-")
    assert "file=lib/logger.js,line=12," in capsys.readouterr().out


def test_a_file_may_have_an_equals_sign(tmp_path) -> None:
    run("--output", f"github={tmp_path / 'a=b.txt'}")
    assert (tmp_path / "a=b.txt").exists()


@pytest.mark.parametrize("value", ["report.sarif", "sarif=", "=report.sarif", "xml=report.xml", ""])
def test_an_unknown_format_is_refused_with_those_that_exist(value) -> None:
    with pytest.raises(click.BadParameter) as caught:
        run("--output", value)
    assert all(one.name in caught.value.message for one in REPORTS)


def test_two_reports_do_not_go_to_one_file(tmp_path) -> None:
    file = tmp_path / "report"
    with pytest.raises(UsageError, match=r"sarif and junit cannot both go to .*report"):
        run("--output", f"sarif={file}", "--output", f"junit={tmp_path}/./report")
    with pytest.raises(UsageError, match="text and github cannot both go to standard output"):
        run("--output", "text=-", "--output", "github=-")
    assert not file.exists()


def test_what_cannot_be_written_is_told(tmp_path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        run("--output", f"sarif={tmp_path}/missing/report")


def test_nothing_is_written_where_a_report_cannot_be_made(folder, monkeypatch) -> None:
    def fail(*_):
        raise ValueError

    good, bad = REPORTS[:2]
    monkeypatch.setattr(bad.renderer, "render", fail)
    asked = [reporting.ReportFile(one, str(folder / one.name)) for one in (good, bad)]
    with pytest.raises(ValueError):  # noqa: PT011 (its type is what was thrown)
        write_reports(passing(), asked)
    assert not [*folder.iterdir()]


def test_a_check_without_reports_looks_at_no_checkout(monkeypatch) -> None:
    monkeypatch.setattr("profkit.gate.checkout.find_checkout", None)
    write_reports(passing(), ())
