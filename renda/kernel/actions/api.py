"""The door: how a capability declares its actions."""

from renda.kernel.actions.context import Context, watch
from renda.kernel.actions.gate import (
    ACTIONS,
    Action,
    Cases,
    Existing,
    New,
    append,
    existing,
    new,
    register_case_locker,
)

__all__ = [
    "ACTIONS",
    "Action",
    "Cases",
    "Context",
    "Existing",
    "New",
    "append",
    "existing",
    "new",
    "register_case_locker",
    "watch",
]
