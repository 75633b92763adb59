"""py-spy with native frames, threads and subprocesses, in both of its forms."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from profkit.loading import load
from profkit.profile import Kind, validate

FOLDER = next(
    (Path(__file__).parents[2] / "samples" / "py-spy").glob("*/packing.native.raw.txt.gz")
)
FORMS = sorted(FOLDER.parent.glob("packing.native.*"))


@pytest.mark.parametrize("path", FORMS, ids=lambda p: p.name.split(".")[2])
def test_processes_and_threads_are_no_frames(path):
    profile = validate(load(path))
    names = {thread.name for thread in profile.threads}
    assert {"MainThread", "worker"} <= names
    assert len({thread.process_id for thread in profile.threads}) == 2
    assert {thread.process_name for thread in profile.threads} == {"/usr/bin/python3 -B packing.py"}
    functions = profile.functions.name[profile.function_of_node].tolist()
    assert not [
        name for name in map(profile.text, functions) if name.startswith(("thread ", "process "))
    ]


@pytest.mark.parametrize("path", FORMS, ids=lambda p: p.name.split(".")[2])
def test_native_code_without_a_name_is_its_library(path):
    profile = load(path)
    kinds = dict(zip(
        (profile.text(int(name)) for name in profile.functions.name),
        profile.functions.kind.tolist(), strict=True,
    ))  # fmt: skip
    assert kinds["libz.so.1.2.13"] == Kind.SHARED_LIBRARY
    assert kinds["deflate"] == Kind.NATIVE
    assert not [name for name in kinds if name.startswith("0x")]


def test_the_counts_are_those_of_the_file():
    expected = Counter()
    for line in gzip.decompress(FORMS[0].read_bytes()).decode().splitlines():
        stack, count = line.rsplit(" ", 1)
        expected["libz" in stack.rsplit(";", 1)[1]] += int(count)
    profile = load(FORMS[0])
    found = Counter()
    own = profile.self_values(0)
    for function, count in zip(profile.function_of_node, own, strict=True):
        found["libz" in profile.text(int(profile.functions.file[function]))] += int(count)
    assert found == expected
    document = json.loads(gzip.decompress(FORMS[1].read_bytes()))
    seconds = sum(sum(one["weights"]) for one in document["profiles"])
    assert int(load(FORMS[1]).self_values(0).sum()) == round(seconds * 1e9)
