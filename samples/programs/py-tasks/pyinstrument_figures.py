"""Print what pyinstrument itself says of a session, by function: self and await time, in seconds.

python pyinstrument_figures.py SESSION
"""

import json
import sys
from collections import Counter

from pyinstrument.session import Session

own, waiting = Counter(), Counter()
session = Session.load(sys.argv[1])
pending = [session.root_frame(trim_stem=False)]
while pending:
    frame = pending.pop()
    if frame.is_synthetic:
        continue
    own[frame.identifier] += frame.total_self_time
    waiting[frame.identifier] += sum(c.time for c in frame.children if c.identifier == "[await]")
    pending.extend(frame.children)
print(
    json.dumps(
        {
            identifier.replace("\0", "|"): [
                round(own[identifier], 9),
                round(waiting[identifier], 9),
            ]
            for identifier in sorted(own)
            if own[identifier]
        },
        indent=1,
    )
)
