"""From calls that begin and end to samples: what is open between two events is one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from profkit.profile import ABSENT

__all__ = ["Sweep"]

Ints = npt.NDArray[np.int64]


class Sweep:
    """Follows events in order of time, and knows which frames are open.

    ``now`` is the time of the last event; ``stack`` holds the nodes that are open, root first.
    """

    def __init__(self, now: int) -> None:
        """Begin at the time of the first event."""
        self.now = now
        self.stack: list[int] = []
        self._has_opened = False
        self._parents: list[int] = []
        self._frames: list[int] = []
        self._children: dict[tuple[int, int], int] = {}
        self._nodes: list[int] = []
        self._times: list[int] = []
        self._values: list[int] = []

    @property
    def innermost(self) -> int:
        """The frame that was opened last of those still open, -1 if there is none."""
        return self._frames[self.stack[-1]] if self.stack else ABSENT

    def open(self, frame: int, time: int) -> None:
        """Open a frame."""
        here = self.stack[-1] if self.stack else ABSENT
        if time > self.now:
            self._add_sample(time)
        key = here, frame
        node = self._children.get(key)
        if node is None:
            node = self._children[key] = len(self._frames)
            self._parents.append(here)
            self._frames.append(frame)
        self.stack.append(node)
        self.now, self._has_opened = time, True

    def close(self, time: int) -> None:
        """Close the innermost frame."""
        if time > self.now or self._has_opened:
            self._add_sample(time)
        self.stack.pop()
        self.now, self._has_opened = time, False

    def _add_sample(self, until: int) -> None:
        if self.stack:
            self._nodes.append(self.stack[-1])
            self._times.append(self.now)
            self._values.append(until - self.now)

    def columns(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Return what was found.

        The parent and the frame of each node (-1 is the parent of a root), then the node, the
        value and the time of each sample, in the order of time.
        """
        lists = (self._parents, self._frames, self._nodes, self._values, self._times)
        parent, frame, node, value, time = (np.array(one, np.int64) for one in lists)
        return parent, frame, node, value, time
