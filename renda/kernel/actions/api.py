"""The door: how a capability declares its actions."""

from renda.kernel.actions.context import Context
from renda.kernel.actions.gate import ACTIONS, Action, Existing, New, append, existing, new, register_case_locker

__all__ = ["ACTIONS", "Action", "Context", "Existing", "New", "append", "existing", "new", "register_case_locker"]
