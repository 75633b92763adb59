"""The stack tree against a naive tree of dictionaries and recursive functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import InvalidProfileError
from profkit.profile import ABSENT, StackTree
from profkit.profile import tree as tree_module

FRAMES = 4  # so few that siblings meet and functions recur

stacks = st.lists(st.lists(st.integers(0, FRAMES - 1), max_size=7), max_size=25)


@st.composite
def forests(draw):
    """Parent links and frames of a random forest, its nodes in any order."""
    count = draw(st.integers(0, 25))
    parent = [draw(st.integers(ABSENT, node - 1)) for node in range(count)]
    frame = draw(st.lists(st.integers(0, FRAMES - 1), min_size=count, max_size=count))
    place = draw(st.permutations(range(count)))
    shuffled_parent, shuffled_frame = [0] * count, [0] * count
    for node in range(count):
        shuffled_frame[place[node]] = frame[node]
        above = parent[node]
        shuffled_parent[place[node]] = ABSENT if above == ABSENT else place[above]
    return shuffled_parent, shuffled_frame


def tree_from_stacks(some_stacks):
    counts = np.array([len(stack) for stack in some_stacks], np.int64)
    frames = np.array([frame for stack in some_stacks for frame in stack], np.int32)
    return StackTree.from_stacks(counts, frames)


def tree_from_parents(parent, frame):
    return StackTree.from_parents(np.array(parent, np.int64), np.array(frame, np.int32))


# --- the oracles: everything by following one link at a time --------------------------------------


def stack_of(tree, node):
    """Return the frames from the root down to the node."""
    if node == ABSENT:
        return ()
    return (*stack_of(tree, int(tree.parent[node])), int(tree.frame[node]))


def is_under(tree, node, ancestor):
    """Tell whether ``ancestor`` is the node itself or stands above it."""
    if node == ancestor:
        return True
    return node != ABSENT and is_under(tree, int(tree.parent[node]), ancestor)


def prefixes(some_stacks):
    return {tuple(stack[:end]) for stack in some_stacks for end in range(1, len(stack) + 1)}


def assert_well_formed(tree):
    count = len(tree)
    seen = [stack_of(tree, node) for node in range(count)]
    assert len(set(seen)) == count, "every distinct stack stands once"
    for node in range(count):
        assert ABSENT <= tree.parent[node] < node
        subtree = [other for other in range(count) if is_under(tree, other, node)]
        assert subtree == list(range(node, tree.subtree_end[node]))
    for column in (tree.parent, tree.frame, tree.subtree_end):
        assert column.dtype == np.int32
        assert not column.flags.writeable


# --- building -------------------------------------------------------------------------------------


@given(stacks)
def test_from_stacks_holds_each_prefix_once_and_finds_each_leaf(some_stacks):
    tree, leaf = tree_from_stacks(some_stacks)

    assert_well_formed(tree)
    assert {stack_of(tree, node) for node in range(len(tree))} == prefixes(some_stacks)
    assert leaf.dtype == np.int32
    assert not leaf.flags.writeable
    assert [stack_of(tree, int(node)) for node in leaf] == [tuple(stack) for stack in some_stacks]


def test_scattered_words_are_splitmix64():
    words = tree_module._scattered(0, 3).tolist()
    assert words == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert tree_module._scattered(1, 2).tolist() == words[1:]


@given(stacks)
def test_from_stacks_is_right_even_if_all_hashes_are_equal(some_stacks):
    expected, expected_leaf = tree_from_stacks(some_stacks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree_module, "_scattered", lambda _first, count: np.zeros(count, np.uint64))
        tree, leaf = tree_from_stacks(some_stacks)

    assert tree.parent.tolist() == expected.parent.tolist()
    assert tree.frame.tolist() == expected.frame.tolist()
    assert leaf.tolist() == expected_leaf.tolist()


@given(forests())
def test_from_parents_merges_siblings_and_finds_each_node(forest):
    parent, frame = forest

    def stack_given(node):
        if node == ABSENT:
            return ()
        return (*stack_given(parent[node]), frame[node])

    tree, place = tree_from_parents(parent, frame)

    assert_well_formed(tree)
    given_stacks = [stack_given(node) for node in range(len(parent))]
    assert {stack_of(tree, node) for node in range(len(tree))} == set(given_stacks)
    assert place.dtype == np.int32
    assert [stack_of(tree, int(node)) for node in place] == given_stacks


@given(stacks)
def test_both_builders_make_the_same_tree(some_stacks):
    tree, _ = tree_from_stacks(some_stacks)
    again, place = StackTree.from_parents(tree.parent, tree.frame)

    assert again.parent.tolist() == tree.parent.tolist()
    assert again.frame.tolist() == tree.frame.tolist()
    assert again.subtree_end.tolist() == tree.subtree_end.tolist()
    assert place.tolist() == list(range(len(tree)))


def test_empty_stacks_have_no_leaf():
    tree, leaf = tree_from_stacks([[], [3], []])
    assert leaf.tolist() == [ABSENT, 0, ABSENT]
    assert tree.frame.tolist() == [3]

    tree, leaf = tree_from_stacks([[], []])
    assert leaf.tolist() == [ABSENT, ABSENT]
    assert len(tree) == 0


def test_no_stacks_make_an_empty_tree():
    for tree, place in (tree_from_stacks([]), tree_from_parents([], [])):
        assert len(tree) == len(place) == 0
        assert tree.depth.tolist() == []
        assert tree.totals(np.zeros(0, np.int64)).tolist() == []
        assert tree.outermost(np.zeros(0, np.int64)).tolist() == []


def test_a_chain_may_be_deeper_than_the_recursion_limit():
    deep = 5000
    frames = [level % FRAMES for level in range(deep)]
    by_stack, leaf = tree_from_stacks([frames])
    by_parent, place = tree_from_parents(range(-1, deep - 1), frames)

    assert leaf.tolist() == [deep - 1]
    assert place.tolist() == list(range(deep))
    for tree in (by_stack, by_parent):
        assert tree.parent.tolist() == list(range(-1, deep - 1))
        assert set(tree.subtree_end.tolist()) == {deep}
        assert tree.depth.tolist() == list(range(deep))


@pytest.mark.parametrize("parent", [[-2], [1], [0, 5]])
def test_a_parent_that_does_not_exist_is_refused(parent):
    with pytest.raises(InvalidProfileError, match="parent does not exist"):
        tree_from_parents(parent, [0] * len(parent))


@pytest.mark.parametrize("parent", [[0], [1, 0], [-1, 2, 3, 1]])
def test_a_cycle_is_refused(parent):
    with pytest.raises(InvalidProfileError, match="their own ancestors"):
        tree_from_parents(parent, [0] * len(parent))


# --- reading --------------------------------------------------------------------------------------


@given(stacks)
def test_depth_counts_ancestors(some_stacks):
    tree, _ = tree_from_stacks(some_stacks)
    assert tree.depth.dtype == np.int32
    assert tree.depth.tolist() == [len(stack_of(tree, node)) - 1 for node in range(len(tree))]


@given(stacks, st.data())
def test_totals_sum_each_subtree_exactly(some_stacks, data):
    tree, _ = tree_from_stacks(some_stacks)
    size = st.integers(-(2**55), 2**55)  # beyond what a float holds exactly
    own = data.draw(st.lists(size, min_size=len(tree), max_size=len(tree)))

    totals = tree.totals(np.array(own, np.int64))

    assert totals.dtype == np.int64
    assert totals.tolist() == [
        sum(own[other] for other in range(len(tree)) if is_under(tree, other, node))
        for node in range(len(tree))
    ]


@given(stacks, st.lists(st.integers(0, 2), min_size=FRAMES, max_size=FRAMES))
def test_outermost_nodes_have_no_ancestor_of_their_group(some_stacks, group_of_frame):
    tree, _ = tree_from_stacks(some_stacks)
    group = np.array(group_of_frame, np.int32)[tree.frame]

    def has_ancestor_of(wanted, node):
        above = int(tree.parent[node])
        return above != ABSENT and (group[above] == wanted or has_ancestor_of(wanted, above))

    assert tree.outermost(group).tolist() == [
        not has_ancestor_of(group[node], node) for node in range(len(tree))
    ]


@given(stacks)
def test_the_total_of_a_group_over_outermost_nodes_counts_each_stack_once(some_stacks):
    tree, leaf = tree_from_stacks(some_stacks)
    own = np.bincount(leaf[leaf != ABSENT], minlength=len(tree)).astype(np.int64)

    of_outermost = np.where(tree.outermost(tree.frame), tree.totals(own), 0)

    for frame in range(FRAMES):
        total = int(of_outermost[tree.frame == frame].sum())
        assert total == sum(frame in stack for stack in some_stacks)


@given(stacks, st.sets(st.integers(0, FRAMES - 1)))
def test_nearest_and_below_follow_the_callers(some_stacks, wanted_frames):
    tree, _ = tree_from_stacks(some_stacks)
    wanted = np.isin(tree.frame, sorted(wanted_frames))

    def nearest(node):
        while node != ABSENT and not wanted[node]:
            node = int(tree.parent[node])
        return node

    expected = [nearest(node) for node in range(len(tree))]
    assert tree.nearest(wanted).tolist() == expected
    assert tree.below(wanted).tolist() == [node != ABSENT for node in expected]
