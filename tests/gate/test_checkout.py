"""Paths of the machine that recorded are found in the checkout, or said to be nowhere in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verdicts import HOSTILE, HUGE, LOGGER, budget, change, hostile, passing

from profkit.gate.checkout import Checkout, Place, find_checkout
from profkit.gate.verdict import Level


@pytest.fixture
def repository(tmp_path):
    """Return a repository with a service in it, whose files lie where recordings say they lay."""
    root = tmp_path / "repository"
    for name in (
        ".git/HEAD",
        "server.js",
        "lib/x.js",
        "lib/a b.js",
        "src/web/views.py",
        "services/api/lib/x.js",
        "services/api/main.py",
        "node_modules/morgan/index.js",
        ".venv/lib/python3.11/site-packages/flask/app.py",
        "index.js",
    ):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (root / "package.json").write_text(
        '{\n  "name": "morgan-user",\n  "dependencies": {\n    "Morgan": "^1",\n'
        '    "@acme/web-kit": "1"\n  }\n}\n'
    )
    (tmp_path / "outside.js").touch()
    return root


def found(path, folder, package=""):
    verdict = replace(passing(), changes=(replace(LOGGER, file=path, package=package),))
    return find_checkout(verdict, str(folder)).files.get(path)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("lib/x.js", "lib/x.js"),
        ("./lib/x.js", "lib/x.js"),
        ("/srv/auth-api/lib/x.js", "lib/x.js"),
        ("/app/server.js", "server.js"),
        ("file:///app/lib/x.js", "lib/x.js"),
        ("file:///app/lib/a%20b.js", "lib/a b.js"),
        ("webpack://auth-api/./lib/x.js", "lib/x.js"),
        ("webpack:///./lib/x.js?1234", "lib/x.js"),
        ("http://localhost:8080/lib/x.js?v=1", "lib/x.js"),
        ("C:\\builds\\app\\lib\\x.js", "lib/x.js"),
        ("../elsewhere/../lib/x.js", "lib/x.js"),
        ("/builds/ci/site-packages/web/views.py", "src/web/views.py"),
        ("/builds/services/api/main.py", "services/api/main.py"),
    ],
)
def test_a_path_is_found_by_its_longest_end(repository, path, file) -> None:
    assert found(path, repository) == file


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "..",
        "lib",
        "/srv/auth-api/lib/y.js",
        "node:internal/fs",
        "/srv/auth-api/node_modules/morgan/index.js",
        "/usr/lib/python3.11/site-packages/flask/index.js",
        "/srv/.venv/lib/python3.11/site-packages/flask/app.py",
        "../outside.js",
        "/x/../../outside.js",
        HUGE,
    ],
)
def test_a_path_that_is_not_in_the_repository_is_nowhere(repository, path) -> None:
    assert found(path, repository) is None


@pytest.mark.parametrize("case", HOSTILE)
def test_no_path_leads_out_or_fails(repository, case) -> None:
    name = HOSTILE[case]
    checkout = find_checkout(hostile(name), str(repository))
    assert not checkout.files
    assert checkout.manifest == Place("package.json", 1)


def test_the_own_absolute_path_is_found(repository) -> None:
    assert found(str(repository / "services/api/lib/x.js"), repository) == "services/api/lib/x.js"


def test_the_current_folder_comes_before_the_root(repository) -> None:
    assert found("/app/lib/x.js", repository / "services/api") == "services/api/lib/x.js"
    assert found("/app/server.js", repository / "services/api") == "server.js"


def test_what_a_runtime_has_is_nobodys_file(repository) -> None:
    assert found("/usr/lib/index.js", repository, package="node:") is None
    assert found("/usr/lib/index.js", repository, package="(app)") == "index.js"


def test_a_link_is_the_file_that_it_leads_to(repository, tmp_path) -> None:
    (repository / "linked.js").symlink_to(repository / "lib/x.js")
    (repository / "away.js").symlink_to(tmp_path / "outside.js")
    (repository / "loop.js").symlink_to(repository / "loop.js")
    assert found("/app/linked.js", repository) == "lib/x.js"
    assert found("/app/away.js", repository) is None
    assert found("/app/loop.js", repository) is None


def test_a_dependency_is_where_the_manifest_asks_for_it(repository) -> None:
    causes = (
        change("f", 1, 2, package="morgan", file="/srv/node_modules/morgan/index.js"),
        change("g", 1, 2, package="@acme/web-kit", file="/srv/node_modules/@acme/web-kit/a.js"),
        change("h", 1, 2, package="debug", file="/srv/node_modules/debug/a.js"),
        change("(app)", 1, 2, level=Level.PACKAGE),
    )
    verdict = replace(passing(), changes=causes)
    checkout = find_checkout(verdict, str(repository))
    assert checkout.dependencies == {
        "morgan": Place("package.json", 4),
        "@acme/web-kit": Place("package.json", 5),
    }
    assert checkout.place(causes[0].file, 418, "morgan") == Place("package.json", 4)
    assert checkout.place(causes[2].file, 3, "debug") is None


def test_budgets_have_places_too(repository) -> None:
    budgets = (
        budget('"lib/x.js" = "1%"', "lib/x.js", 0.5, 0.1, level=Level.FILE),
        budget('morgan = "1%"', "morgan", 0.5, 0.1),
    )
    checkout = find_checkout(replace(passing(), budgets=budgets), str(repository))
    assert checkout.place("lib/x.js", 0, "") == Place("lib/x.js")
    assert checkout.place("", 0, "morgan") == Place("package.json", 4)


def test_a_folder_of_its_own_is_a_repository(tmp_path) -> None:
    (tmp_path / "x.js").touch()
    assert found("/app/x.js", tmp_path) == "x.js"
    assert find_checkout(passing(), str(tmp_path)) == Checkout()
