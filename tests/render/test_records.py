"""Records: their schemas are up to date, and say what ``--json`` writes."""

from __future__ import annotations

import json
from pathlib import Path

import click
import jsonschema
import pytest
from schemas import SCHEMAS, VIEWS, schema_of, schema_text

from profkit.cli import main
from profkit.cli.commands import COMMANDS
from profkit.cli.commands import profkit as command_line
from profkit.render.records import record_type

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = (
    "node/22.23.3/auth-api-logger.v8.log.gz",
    "node/6.11.5/auth-api-logger.v8.log.gz",
    "node/22.23.3/auth-api-logger.cpuprofile.gz",
    "py-spy/0.4.3/py-web-logger.speedscope.json.gz",
    "py-spy/0.4.3/py-web-logger.raw.txt.gz",
)
# Their samples have no times.
WITHOUT_TIMELINE = "py-spy/0.4.3/py-web-logger.raw.txt.gz"
# These are not of one file: their own tests look at what they write.
OF_SEVERAL = {"baseline", "calibrate", "check", "diff", "diff-tree"}
OPTIONS = {
    "top": (["--by", "package"], ["--by", "line", "--sort", "total", "-n", "0"]),
    "deopts": (["--by", "reason"],),
    "process": (["--only-summary"],),
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_schema_is_up_to_date(view, request):
    file = SCHEMAS / f"{view}.schema.json"
    if request.config.getoption("--update-golden"):
        file.write_text(schema_text(view), encoding="utf-8")
    assert schema_text(view) == file.read_text(encoding="utf-8")


def test_every_schema_is_linked():
    page = (SCHEMAS.parent / "json.md").read_text()
    for view in VIEWS:
        assert f"| `{view}` | [{view}.schema.json](schemas/{view}.schema.json) |" in page


def test_there_is_no_schema_of_what_does_not_exist():
    assert {file.name for file in SCHEMAS.iterdir()} == {f"{view}.schema.json" for view in VIEWS}


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_a_command_that_writes_json_has_a_schema(command):
    found = command_line.get_command(click.Context(command_line), command)
    if any("--json" in parameter.opts for parameter in found.params):
        assert command in VIEWS


@pytest.mark.parametrize("view", VIEWS)
def test_a_schema_is_one_and_describes_every_member(view):
    schema = schema_of(view)
    jsonschema.Draft202012Validator.check_schema(schema)
    for kind in schema["$defs"].values():
        assert kind["description"]
        for name, member in kind["properties"].items():
            assert member["description"].endswith((".", "…")), name


def strict(schema):
    """Return the schema without room for members that it does not know."""
    for kind in schema["$defs"].values():
        kind["additionalProperties"] = False
    return schema


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("view", sorted(set(VIEWS) - OF_SEVERAL))
def test_what_a_command_writes_is_what_its_schema_says(view, file, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    validator = jsonschema.Draft202012Validator(strict(schema_of(view)))
    path = str(SAMPLES / file)
    if view == "timeline" and file == WITHOUT_TIMELINE:
        assert main([view, "--json", path]) == 2
        return
    words = [view]
    if view.startswith("history-"):
        words = view.split("-")
        history = str(tmp_path / "history.sqlite")
        assert main(["history", "add", "--label", "v1", history, path]) == 0
        path = history
    if view == "butterfly":
        words.append("SlowLogger.log_request" if file.startswith("py-spy") else "logRequest")
    for options in ([], *OPTIONS.get(view, ())):
        assert main([*words, "--json", *options, path]) == 0
        written = json.loads(capsys.readouterr().out)
        validator.validate(written)
        assert (written["view"], written["version"]) == (view, 1)


def test_a_schema_refuses_what_is_wrong():
    validator = jsonschema.Draft202012Validator(schema_of("info"))
    assert not validator.is_valid({"view": "info", "version": 1})
    assert not validator.is_valid({"view": "top"})


def test_a_view_without_a_record_is_an_error():
    with pytest.raises(KeyError):
        record_type("nothing")
