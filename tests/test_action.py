"""The action for GitHub: its steps are run as the runner does, and no input is ever code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from verdicts import VERDICTS, hostile, regression
from workflow import Action

from profkit.gate.checkout import Checkout
from profkit.render.reports import find_report

ROOT = Path(__file__).parents[1]
FILE = ROOT / "action.yml"
NONE = {"profkit": "none"}

# Writes down what it is called with, and writes the reports that lie beside it.
FAKE = """\
#!{python}
import json, pathlib, shutil, sys
here = pathlib.Path(__file__).parent
(here / "arguments.json").write_text(json.dumps(sys.argv[1:]))
print("::error file=x::printed by a profile")
print("##[error]printed by a profile")
reports = here / "reports"
if reports.exists():
    for argument in sys.argv:
        if argument.startswith("--output="):
            format, file = argument[9:].split("=", 1)
            shutil.copy(reports / format, file)
sys.exit(int((here / "code").read_text()))
"""
REAL = """\
#!{python}
from profkit.cli import main
raise SystemExit(main())
"""
GH = """\
#!{python}
import os, pathlib, sys
here = pathlib.Path(__file__).parent
with (here / "gh.log").open("a") as log:
    print(*sys.argv[1:], file=log)
    for argument in sys.argv:
        if argument.startswith("body=@"):
            print(pathlib.Path(argument[6:]).read_text(), file=log)
if (here / "gh.fails").exists():
    sys.exit(1)
if "--jq" in sys.argv and (here / "old").exists():
    print((here / "old").read_text())
assert os.environ["GH_TOKEN"] == "secret"
"""


def program(file, text):
    file.write_text(text.format(python=sys.executable))
    file.chmod(0o755)


@pytest.fixture
def programs(tmp_path):
    folder = tmp_path / "programs"
    folder.mkdir()
    program(folder / "profkit", FAKE)
    program(folder / "gh", GH)
    return folder


@pytest.fixture
def action(tmp_path, programs):
    folder = tmp_path / "checkout"
    folder.mkdir()
    return Action(FILE, folder, programs)


def give(programs, verdict):
    """Have ``profkit`` end as the check of this verdict does."""
    (programs / "code").write_text(str(verdict.outcome.exit_code))
    reports = programs / "reports"
    reports.mkdir()
    for report in ("markdown", "github", "sarif", "junit"):
        (reports / report).write_text(find_report(report).renderer.render(verdict, Checkout()))
    (reports / "json").write_text(json.dumps({"outcome": verdict.outcome.value}, indent=2))


def test_no_expression_stands_in_a_script() -> None:
    for step in yaml.safe_load(FILE.read_text())["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "uses" in step or step["shell"] == "bash"


def test_every_input_is_used_and_every_one_used_is_declared() -> None:
    text = FILE.read_text()
    declared = yaml.safe_load(text)["inputs"].keys()
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == declared


def test_all_that_a_check_is_told_reaches_it_as_it_is(action, programs) -> None:
    (programs / "code").write_text("0")
    evil = "$(touch gotcha) `touch gotcha`; touch gotcha & \"' * {a,b}\n--help\n\n-x"
    action.run({"base": evil, "candidate": evil, "baseline": "ma in", "arguments": evil, **NONE})
    given = json.loads((programs / "arguments.json").read_text())
    lines = [line for line in evil.splitlines() if line]
    assert given[0] == "check"
    assert given[1:4] == [f"--base={line}" for line in lines]
    assert given[4:7] == [f"--candidate={line}" for line in lines]
    assert given[7:11] == ["--baseline=ma in", *lines]
    assert all(argument.startswith("--output=") for argument in given[11:])
    assert not [*action.folder.iterdir()]


@pytest.mark.parametrize("name", VERDICTS)
def test_outputs_tell_how_it_ended(action, programs, name) -> None:
    verdict = VERDICTS[name]
    give(programs, verdict)
    ran = action.run({"candidate": "a", **NONE})
    assert ran.outputs["outcome"] == verdict.outcome.value
    assert ran.outputs["exit-code"] == str(verdict.outcome.exit_code)
    assert json.loads(Path(ran.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert Path(ran.outputs["junit"]).read_text().startswith("<?xml")
    assert Path(ran.outputs["json"]).exists()
    assert ran.summary == Path(ran.outputs["markdown"]).read_text()


@pytest.mark.parametrize(
    ("fail_on", "codes"),
    [
        ("regression", {0: 0, 1: 1, 2: 2, 3: 0, 130: 130}),
        ("undecided", {0: 0, 1: 1, 2: 2, 3: 3, 130: 130}),
        ("never", {0: 0, 1: 0, 2: 2, 3: 0, 130: 130}),
        ("sometimes; exit 0", {0: 2, 1: 2}),
    ],
)
def test_the_step_fails_on_what_it_is_told_to(tmp_path, programs, fail_on, codes) -> None:
    for code, expected in codes.items():
        (programs / "code").write_text(str(code))
        folder = tmp_path / str(code) / "checkout"
        folder.mkdir(parents=True)
        assert Action(FILE, folder, programs).run({"fail-on": fail_on, **NONE}).code == expected


def test_what_cannot_be_read_is_an_error_without_reports(action, programs) -> None:
    (programs / "code").write_text("2")
    ran = action.run(NONE)
    assert ran.code == 2
    assert ran.outputs["outcome"] == "error"
    assert ran.outputs["sarif"] == ""
    assert ran.summary == ""


def obeyed(log):
    """Return the lines of a log that the runner looks for commands in."""
    lines, stopped = [], ""
    for line in log.splitlines():
        if stopped:
            stopped = "" if line == f"::{stopped}::" else stopped
        elif line.startswith("::stop-commands::"):
            stopped = line.removeprefix("::stop-commands::")
            assert re.fullmatch("[0-9a-f]{32}", stopped)
        else:
            lines.append(line)
    assert not stopped
    return lines


def test_what_a_check_prints_is_no_command(action, programs) -> None:
    give(programs, hostile("\n::error::gotcha"))
    lines = obeyed(action.run(NONE).log)
    assert lines
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert not [line for line in lines if line.startswith("::error::gotcha")]


def test_the_steps_fit_the_command(tmp_path, programs) -> None:
    (programs / "profkit").unlink()
    program(
        programs / "profkit", "#!{python}\nfrom profkit.cli import main\nraise SystemExit(main())\n"
    )
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "package.json").write_text('{\n  "dependencies": {"morgan": "1"}\n}\n')
    node = ROOT / "samples/node/22.23.3"
    ran = Action(FILE, folder, programs).run(
        {
            "base": f"{node}/auth-api-quiet.cpuprofile.gz",
            "candidate": f"{node}/auth-api-logger.cpuprofile.gz",
            **NONE,
        }
    )
    assert ran.outputs["outcome"] == "regression", ran.log
    assert ran.code == 1
    assert ran.summary.startswith("## ")
    assert any("file=package.json,line=2," in line for line in obeyed(ran.log))


def test_summary_and_annotations_may_be_left_out(action, programs) -> None:
    give(programs, regression())
    ran = action.run({"summary": "false", "annotations": "false", **NONE})
    assert ran.summary == ""
    assert not obeyed(ran.log)


PULL = {"repository": "me/app", "event.pull_request": "yes", "event.pull_request.number": "7"}
COMMENT = {"comment": "true", "token": "secret", "name": "api --> x", **NONE}


def test_a_comment_is_written_once(action, programs) -> None:
    give(programs, regression())
    ran = action.run(COMMENT, PULL)
    asked = (programs / "gh.log").read_text()
    assert "api --paginate repos/me/app/issues/7/comments" in asked
    assert "--method POST repos/me/app/issues/7/comments" in asked
    assert "<!-- profkit: api ___ x -->\n## " in asked
    assert ran.code == 1


def test_an_older_comment_is_replaced(action, programs) -> None:
    give(programs, regression())
    (programs / "old").write_text("41\n42")
    action.run(COMMENT, PULL)
    asked = (programs / "gh.log").read_text()
    assert "--method PATCH repos/me/app/issues/comments/41 " in asked
    assert "POST" not in asked


def test_a_comment_that_may_not_be_written_fails_nothing(action, programs) -> None:
    give(programs, VERDICTS["passing"])
    (programs / "gh.fails").touch()
    ran = action.run(COMMENT, PULL)
    assert ran.code == 0
    assert "::warning title=profkit::The comment could not be written" in ran.log


@pytest.mark.parametrize(
    ("inputs", "github"), [({**COMMENT, "comment": "false"}, PULL), (COMMENT, {})]
)
def test_there_is_no_comment_unless_asked_for_in_a_pull_request(
    action, programs, inputs, github
) -> None:
    give(programs, regression())
    assert "Comment" in action.run(inputs, github).skipped
    assert not (programs / "gh.log").exists()


# Makes what an environment has: a python that writes down its arguments, and the profkit above.
PYTHON = """\
#!/bin/bash
mkdir -p "$3/bin"
cp "${{0%/*}}/profkit" "$3/bin/profkit"
echo 0 >"$3/bin/code"
printf '#!/bin/bash\\nprintf "%%s\\\\n" "$@" >"{log}"\\n' >"$3/bin/python"
chmod +x "$3/bin/python"
"""


@pytest.mark.parametrize(
    ("asked", "installed"), [("", "the action's folder"), ("--index-url=x", "--index-url=x")]
)
def test_profkit_is_installed_apart(action, programs, tmp_path, asked, installed) -> None:
    log = tmp_path / "pip.log"
    (programs / "python3").write_text(PYTHON.format(log=log))
    (programs / "python3").chmod(0o755)
    ran = action.run({"profkit": asked}, {"action_path": "the action's folder"})
    assert ran.code == 0
    assert log.read_text().splitlines()[-2:] == ["--", installed]


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_job_for_gitlab_reads_what_the_reports_are(shell, programs, tmp_path) -> None:
    job = yaml.safe_load((ROOT / "ci/gitlab/profkit.gitlab-ci.yml").read_text())["profkit"]
    assert job["allow_failure"] == {"exit_codes": 3}
    (tmp_path / ".profkit").mkdir()
    programs.rename(tmp_path / ".profkit/bin")
    (tmp_path / ".profkit/bin/code").write_text("3")
    variables = {**job["variables"], "PROFKIT_CANDIDATE": "a b/*", "PROFKIT_BASELINE": "$(x)"}
    environment = {**variables, "PATH": os.environ["PATH"]}
    ran = subprocess.run(
        [shell, "-ec", job["script"][-1]], cwd=tmp_path, env=environment, check=False
    )
    assert ran.returncode == 3
    given = json.loads((tmp_path / ".profkit/bin/arguments.json").read_text())
    assert given[:5] == ["check", "--candidate", "a b/*", "--baseline", "$(x)"]
    written = dict(word.split("=") for word in given[6::2])
    assert job["artifacts"]["reports"] == {
        "codequality": written["gitlab"],
        "junit": written["junit"],
        "metrics": written["openmetrics"],
    }
    for name in written:
        assert find_report(name)
