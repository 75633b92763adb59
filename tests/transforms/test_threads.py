"""Some threads of a profile."""

from __future__ import annotations

import numpy as np
import pytest

from profkit.errors import UsageError
from profkit.profile import (
    COUNT,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
    validate,
)
from profkit.transforms.threads import keep_threads

NAMES = ("main", "worker 1", "worker 2", "", "2")


@pytest.fixture
def profile():
    builder = ProfileBuilder()
    frame = builder.frame(builder.function("run"))
    tree, leaf = StackTree.from_stacks(np.ones(1, np.int64), np.array([frame]))
    samples = SampleTable(leaf, np.ones(1, np.int64))
    threads = [Thread(name, samples, thread_id=77) for name in NAMES]
    return builder.finish(Meta("folded"), [ValueType("ticks", COUNT)], tree, threads)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ([], NAMES),
        (["main"], ["main"]),
        (["worker"], ["worker 1", "worker 2"]),
        (["worker .", "main"], ["main", "worker 1", "worker 2"]),
        (["1"], ["main"]),
        (["2"], ["2"]),  # a whole name comes before a number
        (["3"], ["worker 2"]),
        (["thread 77"], [""]),
        (["^w.*2$"], ["worker 2"]),
    ],
)
def test_threads_are_kept_by_name_number_or_pattern(profile, wanted, kept):
    found = validate(keep_threads(profile, wanted))
    assert [thread.name for thread in found.threads] == list(kept)
    assert found.sample_count == len(kept)


@pytest.mark.parametrize("text", ["nobody", "0", "6", "99999999999999999999"])
def test_what_names_no_thread_is_told(profile, text):
    with pytest.raises(
        UsageError, match=rf"no thread is called '{text}'; they are 1: main, 2: wor"
    ):
        keep_threads(profile, ["main", text])


def test_what_is_no_regular_expression_is_told(profile):
    with pytest.raises(UsageError, match=r"'\(' is no regular expression: "):
        keep_threads(profile, ["("])
