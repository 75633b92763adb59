"""Stacks as nodes: what they share is held once, and nothing of them is lost."""

from hypothesis import given
from hypothesis import strategies as st

from profkit.formats.folded.paths import Paths
from profkit.formats.interning import Numbered

LABELS = st.lists(st.text("ab", min_size=1, max_size=3).map(str.encode), min_size=1, max_size=9)


def collected(stacks):
    """Add stacks; return the tree in the making and what each leaf reads like."""
    numbers = Numbered()
    paths = Paths(numbers)
    leaves = [paths.add(stack) for stack in stacks]
    labels = list(numbers)
    read = []
    for leaf in leaves:
        node, path = leaf, []
        while node >= 0:
            path.append(labels[paths.labels[node]])
            node = paths.parents[node]
        read.append(b";".join(reversed(path)))
    return paths, read


@given(st.lists(LABELS.map(b";".join), max_size=30))
def test_every_stack_reads_back_in_whatever_order(stacks):
    _, read = collected(stacks)
    assert read == stacks


@given(st.lists(LABELS, max_size=30))
def test_in_depth_first_order_each_node_is_made_once(stacks):
    stacks.sort()
    paths, _ = collected(map(b";".join, stacks))
    beginnings = {tuple(stack[:end]) for stack in stacks for end in range(1, len(stack) + 1)}
    assert len(paths.parents) == len(paths.labels) == len(beginnings)


def test_a_label_that_only_begins_like_another_is_another():
    _, read = collected([b"main;run", b"main;runner", b"main;run;go", b"main"])
    assert read == [b"main;run", b"main;runner", b"main;run;go", b"main"]
