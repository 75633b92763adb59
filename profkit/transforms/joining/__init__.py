"""Several recordings on two sides as one profile.

Between two versions of a program lines shift, folders differ, functions are renamed and files are
moved. Here a function of one run meets itself in the others.
"""

from profkit.transforms.joining.join import Joined, Match, Run, Side, join

__all__ = ["Joined", "Match", "Run", "Side", "join"]
