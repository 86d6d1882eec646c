"""What congress shows in the frame of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.congress import mapping, publishing
from renda.congress.actors import actor_for
from renda.congress.addresses import addresses_of
from renda.congress.left import addresses_left, people_left
from renda.congress.models import SEPARATED_ADMINISTRATORS, Person, Post, PostKind
from renda.congress.who import security_officers
from renda.kernel import policy
from renda.kernel.exchange.api import register_builder
from renda.kernel.flow import delegating
from renda.kernel.flow.subjects import register_who_titles
from renda.kernel.manual import api as manual
from renda.kernel.notices.api import register_actors, register_addresses
from renda.kernel.parties import Actor
from renda.kernel.personal.retention import register_due
from renda.kernel.policy.registry import GRANTS
from renda.kernel.secrecy.api import register_officers
from renda.kernel.ui import menu, slots
from renda.kernel.ui.http import actor_of
from renda.kernel.ui.menu import Entry


def _signed_in(request: HttpRequest, subject: Any) -> dict[str, object] | None:
    return {} if actor_of(request).is_signed_in else None


def _sees_people(actor: Actor) -> bool:
    return any(policy.may(actor, name, None) for name in ("person.view", "person.set_email"))


register_due("congress.Person", people_left)
register_due("kernel_notices.PersonAddress", addresses_left)
register_builder(publishing.PLACE, publishing.build_places, publishing.place_keys)
register_builder(
    publishing.DEPUTY, publishing.build_deputies, publishing.deputy_keys, expand=publishing.expand_deputies
)
register_builder(publishing.STATION, publishing.build_stations, publishing.station_keys)
register_builder(publishing.CODE, publishing.build_codes, publishing.code_keys, expand=publishing.expand_codes)
register_builder(publishing.MAP, mapping.build_maps, mapping.map_keys, expand=mapping.expand_maps)
publishing.follow_rows()
register_officers(security_officers)
register_who_titles({f"post:{kind}": str(kind.label) for kind in PostKind})
register_addresses(addresses_of)
# Whose daily digest it is decides what stands in it.
register_actors(lambda person: actor_for(Person.objects.filter(party_id=person).first()))
slots.register("user.menu", "congress/slot_user_menu.html", _signed_in)
# Who may lend may also be lent to.
delegating.register_posts(
    lambda: Post.objects.filter(
        kind__in=[kind for kind in PostKind if (kind, "flow.delegate") in GRANTS], organisation__is_active=True
    ).values("party_id")
)
menu.register(
    Entry("people", "人员", "congress:person.list", icon="users", order=60, visible=_sees_people),
    Entry(
        "organisations", "机构和岗位", "congress:organisation.list", icon="building", order=61, permission="person.view"
    ),
    Entry("deputies", "代表和选区", "congress:mandate.list", icon="user-star", order=61, permission="person.view"),
    Entry(
        "own_stations", "联络站管理", "congress:station.list", icon="map-pin", order=62, permission="reception.arrange"
    ),
    Entry("sessions", "登录会话", "congress:session.list", icon="devices", order=70, permission="security.sessions"),
    Entry(
        "administrators",
        "平台管理员",
        "congress:administrator.list",
        icon="shield",
        order=71,
        permission="holding.assign_administrator",
    ),
    Entry("system", "系统情况", "congress:system", icon="server", order=72, permission="system.view"),
    Entry("audit", "审计记录", "congress:audit", icon="list-search", order=73, permission="audit.read"),
)
_ADMINISTRATORS = (PostKind.BUSINESS_ADMINISTRATOR, *SEPARATED_ADMINISTRATORS)
manual.chapter(
    "administrator", "管理员", is_for=lambda actor: any(post.kind in _ADMINISTRATORS for post in actor.posts), order=60
)
