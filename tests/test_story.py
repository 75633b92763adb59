"""The hotspot stands out: each recording with the request logger names it, none without does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from profkit.cli import main

SAMPLES = Path(__file__).parents[1] / "samples" / "node"
VERSIONS = ("8.9.0", "20.20.2", "22.23.3", "24.21.0", "26.10.0")


def recordings(name: str) -> list[Path]:
    return [
        path
        for version in VERSIONS
        for kind in ("v8.log", "cpuprofile")
        if (path := SAMPLES / version / f"{name}.{kind}.gz").exists()
    ]


def short(path: Path) -> str:
    return f"{path.parent.name}-{path.name}"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def answer(capsys, *arguments) -> dict:
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_there_are_recordings_of_every_version_with_and_without_the_logger() -> None:
    # Node 8 writes no .cpuprofile.
    assert len(recordings("auth-api-logger")) == len(recordings("auth-api-quiet")) == 9


@pytest.mark.parametrize("path", recordings("auth-api-logger"), ids=short)
def test_morgan_is_charged_with_a_fifth_or_more(path, capsys) -> None:
    packages = answer(capsys, "top", "--by", "package", "--sort", "charged", "-n", 2, path)
    shares = {row["name"]: row["charged"] / packages["total"] for row in packages["rows"]}
    assert shares["morgan"] > 0.2
    if path.name.endswith("v8.log.gz"):
        assert packages["rows"][0]["name"] == "morgan"
    functions = answer(capsys, "top", "--sort", "charged", "-n", 5, path)
    assert ("logRequest", "morgan/index.js:116") in {
        (row["name"], row["place"]) for row in functions["rows"]
    }


@pytest.mark.parametrize("path", recordings("auth-api-logger"), ids=short)
def test_heavy_leads_from_the_write_to_the_logger(path, capsys) -> None:
    rows = answer(capsys, "heavy", "--depth", 16, "--min-share", 0.5, path)["rows"]

    def below(row: dict) -> list[str]:
        return [] if row["parent"] is None else [row["name"], *below(rows[row["parent"]])]

    chains = [below(row) for row in rows if row["name"] == "logRequest"]
    assert any(any("writeGeneric" in name for name in chain) for chain in chains)


@pytest.mark.parametrize("path", recordings("auth-api-logger"), ids=short)
def test_process_names_morgan_among_the_responsible(path, capsys) -> None:
    assert main(["process", str(path)]) == 0
    report = capsys.readouterr().out
    section = report.partition("Who is responsible")[2].partition(" packages shown")[0]
    assert any(line.endswith("  morgan") for line in section.splitlines())
    assert "logRequest" in report


@pytest.mark.parametrize("path", recordings("auth-api-quiet"), ids=short)
def test_without_the_logger_morgan_is_only_loaded(path, capsys) -> None:
    packages = answer(capsys, "top", "--by", "package", "-n", 0, path)
    charged = [row["charged"] for row in packages["rows"] if row["name"] == "morgan"]
    assert sum(charged) < 0.01 * packages["total"]
    functions = answer(capsys, "top", "-n", 0, path)
    assert "logRequest" not in {row["name"] for row in functions["rows"]}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["v8.log", "cpuprofile"])
def test_without_the_logger_it_is_the_logger_that_vanished_first(version, kind, capsys) -> None:
    with_, without = (
        SAMPLES / version / f"auth-api-{name}.{kind}.gz" for name in ("logger", "quiet")
    )
    if not (with_.exists() and without.exists()):
        assert version == "8.9.0"  # whose profiler writes no .cpuprofile
        return
    first = answer(capsys, "diff", with_, without)["rows"][0]
    assert (first["name"], first["package"], first["state"]) == ("logRequest", "morgan", "vanished")
    packages = answer(capsys, "diff", "--by", "package", with_, without)["rows"]
    assert packages[0]["name"] == "morgan"
