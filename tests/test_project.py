"""The repository as a whole: what it tracks, what it ships, what importing it costs."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"

# Built from pieces, so that this file is not the first to be found. A slash comes first, which is
# quick to look for in recordings of some megabytes; what stands before it is looked at afterwards.
HOMES = ("home", "root", "tmp", "work", "Users")
BUILD_PATH = re.compile(rf"/(?<![\w.:*~-]/)(?:{'|'.join(HOMES)})/[\w.-]+".encode())


def tracked_files():
    if not (ROOT / ".git").exists():
        pytest.skip("only a checkout knows which files it tracks")
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name]


def text_of(path):
    data = path.read_bytes()
    if path.suffix == ".gz" and SAMPLES in path.parents:
        # The text of recorded scripts is somebody else's, and may speak of any folder.
        data = re.sub(rb"^script-source,.*", b"", gzip.decompress(data), flags=re.MULTILINE)
    return data


def test_no_file_names_a_folder_of_the_machine_it_was_made_on():
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in tracked_files()
        if path.is_file() and (match := BUILD_PATH.search(text_of(path)))
    }
    assert not found


def test_the_search_for_build_paths_finds_some():
    for home in HOMES:
        assert BUILD_PATH.search(f"see /{home}/me/profile.log".encode())
        assert not BUILD_PATH.search(f"./{home}/me ~/{home}/me".encode())
    assert not BUILD_PATH.search(b"/srv/auth-api/server.js /usr/lib/libc.so.6")


def test_every_sample_is_listed_and_every_listed_one_is_there():
    listed = set(re.findall(r"^\| `([^`]+)` \|", (SAMPLES / "README.md").read_text(), re.MULTILINE))
    there = {
        str(path.relative_to(SAMPLES))
        for folder in SAMPLES.iterdir()
        if folder.is_dir() and folder.name != "programs"
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert listed == there


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    (source,) = folder.glob("*.tar.gz")
    return wheel, source


def package_files():
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / "profkit").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_and_its_data(distributions):
    names = set(zipfile.ZipFile(distributions[0]).namelist())
    assert {name for name in names if name.startswith("profkit/")} == package_files()
    assert {"profkit/py.typed", "profkit/render/flame.css", "profkit/render/flame/draw.js"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_source_distribution_holds_what_its_tests_need(distributions):
    with tarfile.open(distributions[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "scripts/test"}
    wanted |= {"samples/README.md", "tests/test_project.py", "docs/conf.py"}
    assert package_files() | wanted <= names
    assert not {name for name in names if "__pycache__" in name or "node_modules" in name}


def test_importing_profkit_costs_neither_numpy_nor_a_format():
    code = "import profkit, sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    modules = ran.stdout.decode().split()
    heavy = ("numpy", "click", "rich", "msgspec", "profkit.formats", "profkit.profile")
    assert not [name for name in modules if name.startswith(heavy)]
