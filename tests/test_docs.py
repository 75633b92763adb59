"""What the pages say is what the code does; commands, formats and names all have their page."""

from __future__ import annotations

import ast
import doctest
import inspect
import os
import re
from pathlib import Path

import click
import pytest
from console import prepare, run_examples, run_python

import profkit
from profkit.cli.commands import COMMANDS
from profkit.cli.commands import profkit as command_line
from profkit.formats import FORMATS
from profkit.formats.targets import TARGETS, Content
from profkit.render.reports import REPORTS
from profkit.render.reports.findings import RULES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(DOCS.rglob("*.md")),
]
SOURCES = sorted((ROOT / "profkit").rglob("*.py"))


def page_name(page):
    return str(page.relative_to(ROOT))


# --- examples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [p for p in PAGES if "```console" in p.read_text()], ids=page_name)
def test_a_pages_commands_print_what_it_shows(page, tmp_path, request):
    text = page.read_text()
    today = run_examples(text, tmp_path)
    assert "Traceback" not in today
    if request.config.getoption("--update-golden") and today != text:
        page.write_text(today)
    else:
        assert today == text


@pytest.mark.parametrize("page", [p for p in PAGES if "```pycon" in p.read_text()], ids=page_name)
def test_a_pages_python_sessions_are_true(page, tmp_path, monkeypatch):
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    run_python(page.read_text(), page_name(page))


@pytest.mark.parametrize("name", profkit.__all__)
def test_a_public_name_has_a_docstring_and_a_function_a_true_example(name, tmp_path, monkeypatch):
    value = getattr(profkit, name)
    if not callable(value):
        return
    assert value.__doc__
    tests = doctest.DocTestFinder(recurse=False).find(value, name, module=False, globs={})
    if inspect.isfunction(value):
        assert tests[0].examples
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    report = []
    for test in tests:
        doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("name", sorted(set(profkit.__all__) - {"__version__"}))
def test_a_public_name_is_in_the_reference(name):
    page = (DOCS / "reference" / "python.md").read_text()
    assert re.search(rf"^\.\. (auto|py:)\w+:: {name}$", page, re.MULTILINE)


def test_the_readme_shows_real_output():
    assert (ROOT / "README.md").read_text().count("\n$ profkit ") >= 3


# --- reference ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_a_command_has_a_page_with_all_its_options(command):
    own = (DOCS / "reference" / "commands" / f"{command}.md").read_text()
    assert "(../options.md)" in own
    page = own + (DOCS / "reference" / "options.md").read_text()
    found = command_line.get_command(click.Context(command_line), command)
    for sub in getattr(found, "commands", {}):
        assert f"## profkit {command} {sub}" in own
    for one in (found, *getattr(found, "commands", {}).values()):
        for parameter in one.params:
            for option in (*parameter.opts, *parameter.secondary_opts):
                if option.startswith("-"):
                    assert re.search(rf"(?<![\w-]){option}(?![\w-])", page), f"{option} is missing"


@pytest.mark.parametrize("known", [known.name for known in FORMATS])
def test_a_format_has_a_page(known):
    assert (DOCS / "reference" / "formats" / f"{known}.md").read_text().startswith("# ")


def test_a_format_that_is_written_is_told_with_what_it_holds():
    page = (DOCS / "reference" / "commands" / "convert.md").read_text()
    for target in TARGETS:
        suffixes = ", ".join(f"`{suffix}`" for suffix in target.suffixes)
        assert f"| `{target.name}` | {suffixes} | " in page
    heading = "| | " + " | ".join(f"`{target.name}`" for target in TARGETS) + " |\n"
    assert heading in page
    for content in Content:
        row = re.search(rf"^\| {content.value} \| (.*) \|$", page, re.MULTILINE)
        held = [cell != "no" for cell in row[1].split(" | ")]
        expected = [
            content in target.holds or (content is Content.VALUES and target.holds_hits)
            for target in TARGETS
        ]
        assert held == expected, content


def test_every_report_is_in_the_reference_and_every_finding_that_it_has():
    page = (DOCS / "reference" / "reports.md").read_text()
    for report in REPORTS:
        assert re.search(rf"^\| `{report.name}` \| .* \| `{report.suffix}` \|$", page, re.MULTILINE)
    for rule in RULES:
        assert f"| `{rule.id}` | " in page


def test_no_page_is_about_what_does_not_exist():
    for folder, known in (("commands", COMMANDS), ("formats", FORMATS)):
        pages = {page.stem for page in (DOCS / "reference" / folder).glob("*.md")}
        assert pages - {"index"} == {one.name for one in known}


def table_keys(page):
    """Return the first cells of a page's tables, without the headings."""
    rows = re.findall(r"^\| *`?([^|`]+?)`? *\|", (DOCS / page).read_text(), re.MULTILINE)
    return {row for row in rows if not re.fullmatch(r"-+:?", row)} - {"code", "variable"}


def constants(tree):
    """Return a module's own constants: name → value."""
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }


def constant_of(node, known):
    if isinstance(node, ast.Constant):
        return node.value
    return known.get(node.id) if isinstance(node, ast.Name) else None


def exit_codes(path):
    """Return the codes that a module's errors carry, that it exits with, or main() returns."""
    tree = ast.parse(path.read_text())
    known = constants(tree)
    candidates = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "exit_code":
            candidates.append(node.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "exit":
            candidates.extend(node.args)
        elif isinstance(node, ast.FunctionDef) and node.name == "main":
            candidates += [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
    return {code for n in candidates if isinstance(code := constant_of(n, known), int)}


def test_every_exit_code_is_documented():
    used = set().union(*map(exit_codes, SOURCES))
    assert {0, 2, 130} <= used
    assert used <= {int(code) for code in table_keys("reference/exit-codes.md")}


def environment_variables(path):
    """Return the names of the variables that a module reads."""
    tree = ast.parse(path.read_text())
    known = constants(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            if function.endswith(("environ.get", "getenv")):
                found.append(constant_of(node.args[0], known))
            found += [constant_of(k.value, known) for k in node.keywords if k.arg == "envvar"]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            found.append(constant_of(node.slice, known))
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]).endswith("environ"):
            found.append(constant_of(node.left, known))
    return set(found)


def test_every_environment_variable_is_documented():
    used = set().union(*map(environment_variables, SOURCES))
    assert "XDG_CACHE_HOME" in used
    assert used <= table_keys("reference/environment.md")


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_a_pages_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
        assert os.path.exists(page.parent / target), target  # noqa: PTH110 (as the link is written)
