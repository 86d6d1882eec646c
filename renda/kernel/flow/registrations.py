"""What other parts of the kernel call: the gate locks cases, a loaded year counts provisional dues again."""

from __future__ import annotations

from renda.kernel.actions.api import register_case_locker
from renda.kernel.deadlines import api as deadlines
from renda.kernel.flow import machine
from renda.kernel.flow.store import lock_cases

register_case_locker(lock_cases)
deadlines.register_recompute("办件时限", machine.recount_year)
