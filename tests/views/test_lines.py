"""Lines: equal to a naive ranking of them, and files found by what tells them apart."""

from __future__ import annotations

import numpy as np
import oracle
import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import ABSENT, Kind
from profkit.transforms.matching import find_file
from profkit.views.charging import charged
from profkit.views.lines import LinesOptions, lines

FILES = ("/srv/app/server.js", "/srv/app/lib/server.js", "/srv/app/lib/log.js")


def _file(profile, frame):
    function = profile.frames.function[frame]
    file, kind = profile.functions.file[function], profile.functions.kind[function]
    if kind in (Kind.NATIVE, Kind.BUILTIN):
        of_file = profile.functions.file[profile.frames.function] == file
        is_source = bool((profile.frames.line[of_file] != ABSENT).any())
    else:
        is_source = kind != Kind.SHARED_LIBRARY
    return profile.text(int(file)) if is_source else ""


@given(profiles(), st.booleans(), st.none() | st.integers(1, 3))
def test_lines_equal_the_naive_ones(profile, include_idle, limit) -> None:
    view = lines(profile, LinesOptions(limit=limit, include_idle=include_idle))
    own = oracle.self_values(profile, include_idle=include_idle)
    by_line = oracle.rank(
        profile, own, lambda frame: (_file(profile, frame), int(profile.frames.line[frame]))
    )
    by_file = oracle.rank(profile, own, lambda frame: _file(profile, frame))
    names = [profile.strings[number] for number in view.file.tolist()]
    pairs = zip(view.file_self.tolist(), view.file_total.tolist(), strict=True)
    assert all(by_file[name] == pair for name, pair in zip(names, pairs, strict=True))
    known = {name for name in by_file if name}
    assert view.files == len(known)
    assert len(names) == min(limit or len(known), len(known))
    found = {
        (names[row], line): (one, whole)
        for row, line, one, whole in zip(
            view.row.tolist(),
            view.line.tolist(),
            view.self_values.tolist(),
            view.total_values.tolist(),
            strict=True,
        )
    }
    assert found == {
        (file, line): pair
        for (file, line), pair in by_line.items()
        if file in names and line != ABSENT
    }
    assert list(zip(view.row, view.line, strict=True)) == sorted(
        zip(view.row, view.line, strict=True)
    )
    unplaced = [by_line.get((name, ABSENT), (0, 0))[0] for name in names]
    assert view.unplaced.tolist() == unplaced
    if limit is None:
        placed = charged(profile, np.array(own, np.int64))
        with_file = [bool(_file(profile, frame)) for frame in profile.tree.frame]
        assert int(view.file_charged.sum()) == int(placed[with_file].sum())
        unplaced_charge = view.file_charged - np.bincount(
            view.row, view.charged_values, len(view.file)
        ).astype(np.int64)
        assert (unplaced_charge >= 0).all()
    assert int(view.file_self.sum()) + view.self_below + view.elsewhere == view.total


def _named():
    return profile_of(*(([("f", file, 1, 1, Kind.JS)], 1) for file in FILES))


@pytest.mark.parametrize(
    ("text", "file"),
    [
        (FILES[0], FILES[0]),
        ("app/server.js", FILES[0]),
        ("lib/server.js", FILES[1]),
        ("log.js", FILES[2]),
        ("og.j", FILES[2]),
        ("lib\\log.js", FILES[2]),
    ],
)
def test_a_file_is_named_by_as_much_as_tells_it_apart(text, file) -> None:
    profile = _named()
    assert profile.strings[find_file(profile, text)] == file


def test_several_files_are_told() -> None:
    with pytest.raises(UsageError, match=r"'server.js' fits 2 files: /srv/app/lib/server.js, /srv"):
        find_file(_named(), "server.js")
    with pytest.raises(UsageError, match="no function is in a file whose path contains 'nosuch'"):
        find_file(_named(), "nosuch")
