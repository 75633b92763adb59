"""Print what Python's own ``pstats`` says of statistics: of each function calls, own and total time.

The last number tells whether it is on a circle of calls, or leads to one.

python pstats_figures.py STATISTICS
"""

import json
import pstats
import sys

stats = pstats.Stats(sys.argv[1]).stats
callees = {function: set() for function in stats}
for function, (*_, callers) in stats.items():
    for caller in callers:
        callees[caller].add(function)
# A function is free of circles once all that it calls is.
free = set()
while more := {f for f, called in callees.items() if f not in free and called <= free}:
    free |= more
print(
    json.dumps(
        [
            [*function, calls, own, total, int(function not in free)]
            for function, (_, calls, own, total, _) in sorted(stats.items())
        ]
    ).replace("], ", "],\n")
)
