"""The numbers of V8's states, as the headers that come with Node have them."""

from __future__ import annotations

import pytest

from profkit.formats.v8log.states import GC, IDLE, states_of


@pytest.mark.parametrize(
    ("version", "parser", "compiler", "external", "idle"),
    [
        ("5.1.281.108", None, 2, 4, 5),  # Node 6
        ("6.1.534.46", None, 2, 4, 5),  # Node 8.9
        ("6.2.414.46-node.23", 2, 4, 6, 7),  # Node 9
        ("6.2.414.78", 6, 2, 4, 5),  # Node 8.17
        ("6.8.275.32-node.59", 2, 4, 6, 7),  # Node 10
        ("7.8.279.23-node.57", 2, 4, 6, 7),  # Node 12
        ("8.4.371.23-node.88", 2, 4, 6, 8),  # Node 14
        ("14.6.202.34-node.22", 2, 4, 6, 8),  # Node 26
        ("", 2, 4, 6, 8),
    ],
)
def test_states_have_the_numbers_of_the_version(version, parser, compiler, external, idle):
    states = states_of(version)
    assert states.index("js") == 0
    assert states.index(GC) == 1
    assert states.index("compiler") == compiler
    assert states.index("external") == external
    assert states.index(IDLE) == idle
    assert (states.index("parser") if "parser" in states else None) == parser
