"""Stacks that are read by what they do not have in common with the one before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from profkit.formats.v8log.stacks import StackReader
from profkit.formats.v8log.ticks import Addresses

# Tokens that are suffixes of one another, and parts of one another.
tokens = st.sampled_from(["0x1", "0x11", "1", "0x111", "11", "0xa1", "overflow", ""])
texts = st.lists(st.lists(tokens, max_size=6).map(",".join), max_size=12)


def stack_of(reader, addresses, node) -> list[str]:
    parent, _, address = reader.nodes()
    names, found = list(addresses), []
    while node >= 0:
        found.append(names[address[node]].decode())
        node = parent[node]
    return found


@given(texts)
def test_a_stack_is_its_text_whatever_came_before(stacks):
    addresses = Addresses()
    reader = StackReader(addresses)
    nodes = [reader[text.encode()] for text in stacks]
    for text, node in zip(stacks, nodes, strict=True):
        assert stack_of(reader, addresses, node) == (text.split(",") if text else [])
    parent, depth, _ = reader.nodes()
    assert all(parent[node] < node for node in range(len(parent)))
    assert all(
        depth[node] == (depth[parent[node]] + 1 if parent[node] >= 0 else 0)
        for node in range(len(parent))
    )


@given(texts, texts)
def test_reading_anew_remembers_nothing(stacks, others):
    addresses = Addresses()
    reader = StackReader(addresses)
    for text, other in zip(stacks, others, strict=False):
        node, anew = reader[text.encode()], reader.read_anew(other.encode())
        assert stack_of(reader, addresses, node) == (text.split(",") if text else [])
        assert stack_of(reader, addresses, anew) == other.split(",")


def test_neighbours_share_what_they_have_in_common():
    reader = StackReader(Addresses())
    reader[b"0x1,0x2,0x3,0x4"]
    reader[b"0x5,0x3,0x4"]
    assert len(reader.nodes()[0]) == 5
