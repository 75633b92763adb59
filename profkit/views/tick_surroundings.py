"""What stands beside the tick processor's report when people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.views.heavy import HeavyOptions, heavy
from profkit.views.ranking import RankingOptions, rank

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.views.calltree import CallTree
    from profkit.views.ranking import Grouping, Ranking
    from profkit.views.ticks import TickOptions

__all__ = ["DEPTH", "LIMIT", "bottom_up_profile", "responsible_packages", "shares_by_group"]

LIMIT = 8
"""How many rows a section has unless asked otherwise."""
DEPTH = 10
"""How many levels the bottom-up profile has unless asked otherwise."""

_SHARES: tuple[Grouping, ...] = ("kind", "tier", "state")
_MIN_SHARE = 0.01


def responsible_packages(profile: Profile, options: TickOptions, limit: int | None) -> Ranking:
    """Rank packages by what is charged to them, in the value of the report's options."""
    return rank(
        profile,
        RankingOptions("package", "charged", limit, options.value_type, options.include_idle),
    )


def shares_by_group(profile: Profile, options: TickOptions) -> list[Ranking]:
    """Rank kinds of code, tiers and states of V8, in the value of the report's options."""
    return [
        rank(
            profile,
            RankingOptions(by, value_type=options.value_type, include_idle=options.include_idle),
        )
        for by in _SHARES
    ]


def bottom_up_profile(
    profile: Profile, options: TickOptions, limit: int | None, depth: int
) -> CallTree[HeavyOptions]:
    """Return a heavy view in which a function is one row in all its tiers."""
    return heavy(
        profile,
        HeavyOptions(limit, depth, _MIN_SHARE, options.value_type, options.include_idle),
    )
