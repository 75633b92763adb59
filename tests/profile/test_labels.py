"""What a function is called wherever it is shown."""

from __future__ import annotations

import pytest
from building import profile_of

from profkit.profile import ABSENT, ANONYMOUS, Kind, full_place, function_name, short_place
from profkit.profile.labels import short_file


@pytest.mark.parametrize(
    ("file", "package", "expected"),
    [
        ("/srv/api/node_modules/morgan/index.js", "morgan", "morgan/index.js"),
        ("/srv/a/node_modules/b/node_modules/b/lib/c.js", "b", "b/lib/c.js"),
        ("/srv/api/node_modules/@scope/name/dist/a.js", "@scope/name", "@scope/name/dist/a.js"),
        ("C:\\api\\node_modules\\morgan\\index.js", "morgan", "morgan/index.js"),
        (
            "/usr/lib/python3/dist-packages/urllib3/util/retry.py",
            "urllib3",
            "urllib3/util/retry.py",
        ),
        ("/srv/api/lib/users.js", "(app)", "lib/users.js"),
        ("file:///srv/api/server.js", "", "api/server.js"),
        ("server.js", "", "server.js"),
        ("/server.js", "", "server.js"),
        ("/", "", "/"),
        ("node:internal/streams/writable", "node:", "node:internal/streams/writable"),
        ("", "", ""),
    ],
)
def test_a_path_begins_at_its_package(file, package, expected) -> None:
    assert short_file(file, package) == expected


def test_places_have_the_line_where_it_is_known() -> None:
    file = "/srv/api/node_modules/morgan/index.js"
    profile = profile_of(
        (
            [
                ("logRequest", file, 144, 7, Kind.JS, "morgan"),
                ("", file, ABSENT, ABSENT, Kind.JS, "morgan"),
                ("native", "", 3),
            ],
            1,
        )
    )
    assert [function_name(profile, n) for n in range(3)] == ["logRequest", ANONYMOUS, "native"]
    assert [short_place(profile, n) for n in range(3)] == [
        "morgan/index.js:144",
        "morgan/index.js",
        "",
    ]
    assert [full_place(profile, n) for n in range(3)] == [f"{file}:144", file, ""]
