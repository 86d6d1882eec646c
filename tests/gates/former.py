"""Former messages, drafts and tickets of the hotline in the small city of the gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renda.kernel import clock
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions
from renda.voice.history.columns import map_columns
from renda.voice.history.reading import Sheet
from renda.voice.models import Assignment, HotlineTicket, PastMessage

if TYPE_CHECKING:
    from tests.gates.city import City


def old_sheet() -> Sheet:
    """A list of one former message, as an upload is read."""
    mapping = map_columns(["来信时间", "内容", "姓名"])
    return Sheet(mapping, iter([(2, {"came_at": "2021-03-05", "body": "路灯坏了三周。", "contact_name": "王女士"})]))


def history(city: City) -> None:
    """Imports of former messages at each of their states, a former message, a draft, a ticket of the hotline."""
    clerk, tenant = city.actor("presidium_clerk"), city.cast.congresses["township"].tenant
    for name in ("past_import", "preview", "running_import"):
        city.rows[name] = actions.history_upload(clerk, tenant=tenant, name="旧留言.xlsx", sheet=old_sheet())
        if name == "past_import":
            actions.history_start(clerk, city.key(name))
            actions.history_bring_in(city.actor("machine"), city.key(name))
            with tenant_transaction(city.tenants, durable=False):
                city.rows["past"] = PastMessage.objects.get(source=city.key(name))
                # What waits in the others is another message.
                PastMessage.objects.filter(pk=city.key("past")).update(digest="0" * 64)
    actions.history_start(clerk, city.key("running_import"))
    city.rows["message_draft"] = actions.draft_start(clerk, tenant=tenant, values={"body": "路灯坏了"})
    with tenant_transaction(city.tenants, durable=False):
        assignment = Assignment.objects.filter(message=city.key("county_unit")).latest("id")
        city.rows["ticket"] = HotlineTicket.objects.create(
            tenant_id=assignment.tenant_id,
            assignment=assignment,
            next_at=clock.now(),
            created_at=clock.now(),
            state="answered",
            answer="已修好。",
            solved="yes",
        )
