"""The model: one columnar profile, and nothing else."""

from profkit.profile.applied import Applied, Extent, step_words
from profkit.profile.build import ProfileBuilder
from profkit.profile.columns import ABSENT
from profkit.profile.deopts import DeoptTable
from profkit.profile.frames import FrameTable, Library, Tier
from profkit.profile.functions import FunctionTable, Kind
from profkit.profile.labels import (
    ANONYMOUS,
    full_place,
    function_name,
    short_file,
    short_place,
)
from profkit.profile.ledger import Action, Entry, Ledger, LedgerBook
from profkit.profile.merge import merge
from profkit.profile.model import Meta, Profile
from profkit.profile.states import VmState
from profkit.profile.threads import SampleTable, Thread, thread_name
from profkit.profile.tree import StackTree
from profkit.profile.validate import validate
from profkit.profile.values import COUNT, NANOSECONDS, ValueType

__all__ = [
    "ABSENT",
    "ANONYMOUS",
    "COUNT",
    "NANOSECONDS",
    "Action",
    "Applied",
    "DeoptTable",
    "Entry",
    "Extent",
    "FrameTable",
    "FunctionTable",
    "Kind",
    "Ledger",
    "LedgerBook",
    "Library",
    "Meta",
    "Profile",
    "ProfileBuilder",
    "SampleTable",
    "StackTree",
    "Thread",
    "Tier",
    "ValueType",
    "VmState",
    "full_place",
    "function_name",
    "merge",
    "short_file",
    "short_place",
    "step_words",
    "thread_name",
    "validate",
]
