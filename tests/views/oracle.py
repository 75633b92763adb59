"""The views written as anyone would write them down first: recursion over Python objects."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise, takewhile

from profkit.profile import Kind, VmState, full_place, function_name


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


def butterfly(profile, own, functions):
    """Return a function's self, total, nobody, recursive, and direct callers' and callees' totals.

    ``functions`` are the numbers that are the function.
    """
    figures = {"self": 0, "total": 0, "nobody": 0, "recursive": 0}
    callers, callees = defaultdict(int), defaultdict(int)
    for stack, value in stacks(profile, own):
        places = [place for place, function in enumerate(stack) if function in functions]
        if not places:
            continue
        figures["total"] += value
        figures["recursive"] += value if len(places) > 1 else 0
        if places[0]:
            callers[stack[places[0] - 1]] += value
        else:
            figures["nobody"] += value
        if places[-1] + 1 < len(stack):
            callees[stack[places[-1] + 1]] += value
        else:
            figures["self"] += value
    return figures, callers, callees


def spans(profile, thread, gap):
    """Return (start, end) of each sample, for profiles without an interval."""
    times = thread.samples.time.tolist()
    clocks = [n for n, kind in enumerate(profile.value_types) if kind.unit == "nanoseconds"]
    steps = sorted(after - before for before, after in pairwise(times))
    middle = len(steps) // 2
    usual = 0
    if steps:
        usual = steps[middle] if len(steps) % 2 else (steps[middle - 1] + steps[middle]) // 2
    found = []
    for n, time in enumerate(times):
        following = times[n + 1] if n + 1 < len(times) else None
        if clocks:
            lasts = int(thread.samples.values[n, clocks[0]])
            end = time + lasts if following is None else min(following, time + lasts)
        elif following is None or following - time > gap:
            end = time + min(usual, gap)
        else:
            end = following
        found.append((time, end))
    return found


def stretches(profile, thread, gap, activity):
    """Return (first sample, last sample) of each stretch; ``activity`` is each sample's."""
    found = spans(profile, thread, gap)
    kinds = [Kind(kind) for kind in profile.functions.kind]
    has_loop = Kind.JS in [kinds[f] for f in profile.function_of_node]
    names = [function_name(profile, n) for n in range(len(profile.functions))]
    above = [stack for stack, _ in stacks(profile, [0] * len(profile.tree))]
    frames = [stack for stack, _ in stacks(profile, [0] * len(profile.tree), profile.tree.frame)]
    nodes = thread.samples.node.tolist()
    native = (Kind.NATIVE, Kind.SHARED_LIBRARY, Kind.PROGRAM, Kind.ROOT)

    def looks_like_loop(n):
        state = "unknown"
        if thread.samples.state is not None:
            state = VmState(thread.samples.state[n]).label
        only_native = all(kinds[function] in native for function in above[nodes[n]])
        may_be = activity[n] not in ("gc", "idle") and state in ("unknown", "external")
        return has_loop and only_native and may_be

    def is_outside(n):
        return activity[n] == "idle" or looks_like_loop(n)

    def is_within(n):
        if not 0 < n < len(nodes) - 1 or is_outside(n - 1) or is_outside(n + 1):
            return False
        one, other = frames[nodes[n - 1]], frames[nodes[n + 1]]
        pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
        shared = len(list(pairs))
        return shared >= 3 and 2 * shared >= min(len(one), len(other))

    runs, current, turn = [], None, None
    for n, node in enumerate(thread.samples.node.tolist()):
        stack = above[node]
        scripts = [function for function in stack if kinds[function] is Kind.JS]
        is_out = is_outside(n) and not (looks_like_loop(n) and is_within(n))
        new_turn = has_loop and scripts and turn is not None and scripts[0] != turn
        new_turn = new_turn and names[scripts[0]] != "processTicksAndRejections"
        is_apart = n > 0 and found[n][0] > found[n - 1][1]
        if current is not None and (is_out or new_turn or is_apart):
            runs.append((current, n - 1))
            current = None
        if not is_out and current is None:
            current = n
        turn = scripts[0] if scripts else turn
    if current is not None:
        runs.append((current, len(found) - 1))
    return runs
