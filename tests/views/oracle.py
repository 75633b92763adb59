"""The views written as anyone would write them down first: recursion over Python objects."""

from __future__ import annotations

from collections import defaultdict

from profkit.profile import Kind, full_place, function_name


def self_values(profile, value_type=0, *, include_idle=False):
    own = [0] * len(profile.tree)
    kinds = profile.kind_of_node.tolist()
    for thread in profile.threads:
        for node, row in zip(
            thread.samples.node.tolist(), thread.samples.values.tolist(), strict=True
        ):
            if include_idle or kinds[node] != Kind.IDLE:
                own[node] += row[value_type]
    return own


def stacks(profile, own, what=None):
    """Yield each stack's functions (or ``what`` of its nodes), from root to leaf, and its value."""
    function = profile.function_of_node.tolist() if what is None else what.tolist()
    parent = profile.tree.parent.tolist()
    for node, value in enumerate(own):
        stack, here = [], node
        while here >= 0:
            stack.append(function[here])
            here = parent[here]
        yield stack[::-1], value


def order(profile, function, value):
    return -value, function_name(profile, function), full_place(profile, function), function


def heavy(profile, own, *, limit, depth, min_share):
    """Return rows of (depth, function, self, total), and (roots, branches, deeper) cut."""
    least = min_share * sum(own)
    cut = {"roots": 0, "roots_value": 0, "branches": 0, "deeper": 0}
    rows = []

    def level(found, level_number):
        """``found`` is (callers from the leaf upwards, value) of one row's stacks."""
        groups = defaultdict(list)
        for callers, value in found:
            if callers:
                groups[callers[0]].append((callers[1:], value))
        values = {function: sum(v for _, v in group) for function, group in groups.items()}
        ranked = sorted(values, key=lambda function: order(profile, function, values[function]))
        for place, function in enumerate(ranked):
            is_over = level_number == 0 and limit is not None and place >= limit
            if values[function] < least or is_over:
                cut["roots" if level_number == 0 else "branches"] += 1
                cut["roots_value"] += values[function] if level_number == 0 else 0
                continue
            value = values[function]
            rows.append((level_number, function, 0 if level_number else value, value))
            if level_number + 1 == depth:
                cut["deeper"] += any(callers for callers, _ in groups[function])
            else:
                level(groups[function], level_number + 1)

    level([(stack[::-1], value) for stack, value in stacks(profile, own) if value], 0)
    return rows, cut


def tree(profile, own, *, depth, min_share, of=None):
    found = [(stack, value) for stack, value in stacks(profile, own) if value]
    if of is not None:
        found = [(stack[stack.index(of) :], value) for stack, value in found if of in stack]
    least = min_share * sum(value for _, value in found)
    cut = {"roots": 0, "roots_value": 0, "branches": 0, "deeper": 0}
    rows = []

    def level(stacks_here, level_number):
        groups = defaultdict(list)
        for stack, value in stacks_here:
            if stack:
                groups[stack[0]].append((stack[1:], value))
        values = {function: sum(v for _, v in group) for function, group in groups.items()}
        for function in sorted(values, key=lambda f: order(profile, f, values[f])):
            value = values[function]
            if value < least:
                cut["roots" if level_number == 0 else "branches"] += 1
                cut["roots_value"] += value if level_number == 0 else 0
                continue
            alone = sum(v for stack, v in groups[function] if not stack)
            rows.append((level_number, function, alone, value))
            if level_number + 1 == depth:
                cut["deeper"] += any(stack for stack, _ in groups[function])
            else:
                level(groups[function], level_number + 1)

    level(found, 0)
    return rows, cut


def rank(profile, own, group_of_frame):
    """Return each group's (self, total); a total counts a group once for each stack."""
    sums = defaultdict(lambda: [0, 0])
    for stack, value in stacks(profile, own, profile.tree.frame):
        groups = [group_of_frame(frame) for frame in stack]
        sums[groups[-1]][0] += value
        for group in set(groups):
            sums[group][1] += value
    return {group: tuple(pair) for group, pair in sums.items() if any(pair)}
