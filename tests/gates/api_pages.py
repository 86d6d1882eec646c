"""The addresses of the inner zone's API: who asks there, and who does not. The table's shape is in ``addresses``."""

from __future__ import annotations

from tests.gates.addresses import _SIGNED_IN, Page, row

_NAME = "inner_api"

API_PAGES: dict[str, Page] = {
    f"{_NAME}:openapi-json": Page(public="the description holds no row"),
    f"{_NAME}:api-root": Page(public="there is nothing at the root", status=404),
    f"{_NAME}:me": Page("deputy", own=_SIGNED_IN, logged_out=401),
    f"{_NAME}:to_dos": Page("deputy", own=_SIGNED_IN, logged_out=401),
    f"{_NAME}:messages": Page("deputy", own=_SIGNED_IN, logged_out=401),
    f"{_NAME}:message": Page(
        "presidium_vetter", row("vet"), wrong=("other_deputy", "case_officer", "other_township_clerk"), logged_out=401
    ),
    f"{_NAME}:statistics": Page(
        "county_leader", wrong=("deputy", "case_officer", "system_administrator"), strangers=("nobody",), logged_out=401
    ),
}
