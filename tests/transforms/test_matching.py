"""Which function a user means."""

from __future__ import annotations

import pytest
from building import profile_of

from profkit.errors import UsageError
from profkit.profile import Kind, function_name
from profkit.transforms.matching import find_function

MORGAN = "/srv/api/node_modules/morgan/index.js"
ROUTER = "/srv/api/node_modules/express/lib/router/index.js"
PROFILE = profile_of(
    (
        [
            ("logRequest", MORGAN, 144, 7, Kind.JS, "morgan"),
            ("next", ROUTER, 177, 3, Kind.JS, "express"),
            ("next", MORGAN, 12, 3, Kind.JS, "morgan"),
            ("handle", ROUTER, 136, 1, Kind.JS, "express"),
            ("handleRequest", "/srv/api/server.js", 9, 1, Kind.JS, "(app)"),
            ("", "/srv/api/server.js", 30, 5, Kind.JS, "(app)"),
            ("", "/srv/api/server.js", 30, 50, Kind.JS, "(app)"),
            ("node::fs::Read(v8::Value const&)", "", -1, -1, Kind.NATIVE),
            ("me@home", "/srv/@scope/b.js", 1),
        ],
        1,
    ),
)


def _found(text: str) -> list[str]:
    functions = PROFILE.functions
    return [
        f"{function_name(PROFILE, n)}:{functions.line[n]}"
        for n in find_function(PROFILE, text).tolist()
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("logRequest", ["logRequest:144"]),
        ("handle", ["handle:136"]),  # exact, though handleRequest contains it
        ("logReq", ["logRequest:144"]),
        ("next@morgan/index.js", ["next:12"]),
        ("next@morgan/index.js:12", ["next:12"]),
        ("next@/srv/api/node_modules/morgan/index.js:12", ["next:12"]),
        ("next@router/index.js", ["next:177"]),
        ("morgan/index.js:144", ["logRequest:144"]),
        ("index.js:136", ["handle:136"]),
        ("api/server.js:30", ["(anonymous):30", "(anonymous):30"]),  # two on one line are one
        ("(anonymous)", ["(anonymous):30", "(anonymous):30"]),
        ("v8::Value", ["node::fs::Read(v8::Value const&):-1"]),
        ("me@home", ["me@home:1"]),
        ("me@home@b.js", ["me@home:1"]),
        ("me@home@@scope/b.js:1", ["me@home:1"]),
    ],
)
def test_a_function_is_found_by(text, expected) -> None:
    assert _found(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("next", "2 functions: next@express/lib/router/index.js:177, next@morgan/index.js:12"),
        ("index.js", "'index.js' fits 4 functions: handle@"),
        ("absent", "no function's name or place contains 'absent'"),
        ("ndex.js:136@", "no function's name or place contains"),
        ("", "'' fits 8 functions"),
    ],
)
def test_what_is_not_one_function_is_refused(text, message) -> None:
    with pytest.raises(UsageError) as error:
        find_function(PROFILE, text)
    assert message in str(error.value)


def test_a_function_without_a_place_can_be_told_apart() -> None:
    profile = profile_of(([("f", "a.js", 1), ("f", "")], 1))
    assert find_function(profile, "f@").tolist() == [1]


def test_many_candidates_are_counted() -> None:
    profile = profile_of(([(f"f{n}", "a.js", n + 1) for n in range(20)], 1))
    with pytest.raises(UsageError, match=r"fits 20 functions: f0@a\.js:1, .* and 12 more$"):
        find_function(profile, "f")


def test_candidates_of_one_short_place_show_the_whole() -> None:
    profile = profile_of(([("f", "/one/lib/a.js", 1), ("f", "/two/lib/a.js", 1)], 1))
    with pytest.raises(UsageError, match=r"f@/one/lib/a\.js:1, f@/two/lib/a\.js:1"):
        find_function(profile, "f")
