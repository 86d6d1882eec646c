"""What other parts of the kernel call: the gate locks cases, a loaded year counts dues again, the menu shows flows."""

from __future__ import annotations

from renda.kernel.actions.api import register_case_locker
from renda.kernel.deadlines import api as deadlines
from renda.kernel.flow import digest, machine, provisional
from renda.kernel.flow.policy import DELEGATE, FORK, TRANSFER
from renda.kernel.flow.store import lock_cases
from renda.kernel.flow.web.unassigned import on_the_bench
from renda.kernel.ui import menu, slots
from renda.kernel.ui.menu import Entry

register_case_locker(lock_cases)
menu.register(Entry("flows", "流程", "flow:flow.list", icon="sitemap", order=80, permission=FORK))
menu.register(Entry("delegations", "委托办理", "flow:flow.delegate", icon="user-share", order=79, permission=DELEGATE))
menu.register(
    Entry("unassigned", "待指派", "flow:flow.unassigned", icon="user-question", order=78, permission=TRANSFER)
)
slots.register("bench.below", "flow/slot_bench.html", on_the_bench)
deadlines.register_recompute("办件时限", machine.recount_year)
deadlines.register_waiting("办件时限", provisional.waiting)
digest.register()
