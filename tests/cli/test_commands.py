"""Every command: it loads, its help has examples, and shared options mean the same everywhere."""

from __future__ import annotations

import re

import click
import pytest
from running import run

from profkit.cli.commands import COMMANDS
from profkit.cli.commands import profkit as command_line

NAMES = [command.name for command in COMMANDS]


def _command(name) -> click.Command:
    return command_line.get_command(click.Context(command_line), name)


@pytest.mark.parametrize("name", NAMES)
def test_help_shows_options_with_help_and_examples(name, capsys) -> None:
    code, out, err = run(capsys, name, "--help")
    assert (code, err) == (0, "")
    assert re.search(rf"^  .*\bprofkit {name} ", out, re.MULTILINE)
    for parameter in _command(name).params:
        if isinstance(parameter, click.Option):
            assert parameter.help.endswith(".")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("convert", "view")])
def test_every_table_can_be_json(name) -> None:
    assert "--json" in {option for p in _command(name).params for option in p.opts}


def test_a_shared_option_has_one_help() -> None:
    helps = {}
    for name in NAMES:
        for parameter in _command(name).params:
            if isinstance(parameter, click.Option) and parameter.name in {
                "value_type",
                "include_idle",
                "input_format",
                "no_color",
                "output",
            }:
                helps.setdefault(parameter.name, set()).add(parameter.help)
    assert {name: len(found) for name, found in helps.items()} == dict.fromkeys(helps, 1)
    assert len(helps) == 5
