"""Provisional dues are counted again when their year is known."""

from __future__ import annotations

import logging
from collections import Counter

from renda.kernel.audit.models import NO_TENANT
from renda.kernel.deadlines import store
from renda.kernel.deadlines.actions import calendar_load_year
from renda.kernel.deadlines.calendar import LIBRARY, library_years
from renda.kernel.deadlines.loading import RECOMPUTES, WAITS, library_arrangement
from renda.kernel.deadlines.models import CalendarYear
from renda.kernel.jobs import daily, job
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

logger = logging.getLogger(__name__)


@job("deadlines.recount")
def recount(year: int) -> None:
    """After a year was entered: every part of the house counts its provisional dues again, case by case in the trail."""
    store.forget()
    for name, again in RECOMPUTES.items():
        logger.info("%s: %d counted again for %d", name, again(year), year)


@job("deadlines.watch", every=daily("05:20"))
def watch(timestamp: int) -> None:
    """A new version of the library may bring a year that dues wait for and nobody entered: it is taken from there, once."""
    entered = set(CalendarYear.objects.values_list("year", flat=True))
    for year in sorted((waiting_years().keys() & library_years()) - entered):
        calendar_load_year(
            Actor.machine("节假日安排公布", [NO_TENANT]), year=year, days=library_arrangement(year), source=LIBRARY
        )


def waiting_years() -> Counter[int]:
    """How many matters have a provisional due in which year, in the whole site."""
    actor = Actor.machine("节假日安排公布", Tenant.objects.values_list("id", flat=True))
    found: Counter[int] = Counter()
    with tenant_transaction(actor.tenants):
        for waiting in WAITS.values():
            found.update(waiting(actor, 0).by_year)
    return found
