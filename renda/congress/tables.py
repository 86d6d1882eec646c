"""Lists of the directory."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from renda.congress.models import Organisation, OrganisationKind, Person, Station
from renda.kernel.ui.filters import Choice, Search
from renda.kernel.ui.shapes import State
from renda.kernel.ui.tables import Column, Table

ACTIVE = State("在用", "ok")
ASLEEP = State("未启用", "quiet")
DISABLED = State("已停用", "late", "ban")


def state_of(person: Person) -> State:
    """In use, never woken (no password), or disabled."""
    if not person.is_active:
        return DISABLED
    return ACTIVE if person.has_usable_password() else ASLEEP


def named(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """People whose name contains the text, or whose pinyin, initials or user name begin with it."""
    latin = text.strip().lower().replace(" ", "")
    return rows.filter(
        Q(party__name__contains=text.strip())
        | Q(pinyin__startswith=latin)
        | Q(initials__startswith=latin)
        | Q(user_name__startswith=latin)
    )


class PersonTable(Table[Person]):
    """The accounts that exist for an actor. Phones are not listed and not exported."""

    caption = "人员名录"
    columns = (
        Column("姓名", "name", link=lambda p: reverse("congress:person.page", args=[p.pk])),
        Column("用户名", "user_name", css="nowrap", sort="user_name"),
        Column("工作单位及职务", "occupation"),
        Column("所属人大", "party.tenant.name"),
        Column("状态", state_of, kind="state"),
    )
    filters = (Search("姓名、拼音或用户名", by=named),)
    order = "-pk"
    files = ()


class OrganisationTable(Table[Organisation]):
    """The organisations of the actor's congresses."""

    caption = "机构名录"
    columns = (
        Column("名称", "name", link=lambda o: reverse("congress:organisation.page", args=[o.pk])),
        Column("类别", "get_kind_display"),
        Column("承办单位", "is_handler"),
        Column("所属人大", "tenant.name"),
    )
    filters = (Search("名称", ("name",)), Choice("kind", "类别", OrganisationKind.choices))
    order = "pk"
    files = ()


class StationTable(Table[Station]):
    """The stations that exist for an actor."""

    caption = "代表联络站"
    columns = (
        Column("名称", "name", link=lambda s: reverse("congress:station.page", args=[s.pk])),
        Column("类别", "get_kind_display"),
        Column("所在地", "place.name"),
        Column("地址", "address", phone=False),
        Column("开放", "is_active"),
    )
    filters = (Search("名称、地址", ("name", "address")), Choice("kind", "类别", Station.Kind.choices))
    order = "pk"
    files = ()
