"""Who keeps legal time: the business administrator of an office (``congress.policy``), and the command line."""

from __future__ import annotations

from renda.kernel.policy import grant, permission

# Rules and office hours of one congress and those below it.
KEEP = permission("deadline.keep", "维护时限规则和办公时间")
# The calendar is one for the whole site: only where the tree begins.
LOAD_YEAR = permission("calendar.load_year", "录入工作日历")
grant("machine", LOAD_YEAR, where="scope")
