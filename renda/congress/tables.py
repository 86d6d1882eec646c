"""Lists of the directory."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from renda.congress.models import (
    Congress,
    CongressLevel,
    DeputyLevel,
    ElectoralDistrict,
    Mandate,
    Organisation,
    OrganisationKind,
    Person,
    Place,
    PlaceLevel,
    Station,
    chinese_number,
)
from renda.kernel.ui.filters import Choice, Search
from renda.kernel.ui.shapes import State
from renda.kernel.ui.tables import Column, Table

ACTIVE = State("在用", "ok")
ASLEEP = State("未启用", "quiet")
DISABLED = State("已停用", "late", "ban")
CLOSED = State("已撤销", "quiet", "ban")
_MANDATES = {
    Mandate.Status.ACTIVE: State("在任", "ok"),
    Mandate.Status.FROZEN: State("暂停执行职务", "warn", "player-pause"),
}


def state_of(person: Person) -> State:
    """In use, never woken (no password), or disabled."""
    if not person.is_active:
        return DISABLED
    return ACTIVE if person.has_usable_password() else ASLEEP


def named(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """People whose name, work unit or congress contains the text, or whose pinyin, initials or user name begin with it."""
    latin = text.strip().lower().replace(" ", "")
    return rows.filter(
        Q(party__name__contains=text.strip())
        | Q(pinyin__startswith=latin)
        | Q(initials__startswith=latin)
        | Q(user_name__startswith=latin)
        | Q(party__tenant__name__contains=text.strip())
        | Q(occupation__contains=text.strip())
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
    filters = (Search("姓名、拼音、用户名、单位或人大", by=named),)
    order = "-pk"
    files = ()


class OrganisationTable(Table[Organisation]):
    """The organisations of the actor's congresses."""

    caption = "机构名录"
    columns = (
        Column("名称", "name", link=lambda o: reverse("congress:organisation.page", args=[o.pk])),
        Column("类别", "get_kind_display"),
        Column("承办单位", lambda o: "是" if o.is_handler else ""),
        Column("所属人大", "tenant.name"),
        Column("状态", lambda o: ACTIVE if o.is_active else CLOSED, kind="state"),
    )
    filters = (
        Search("名称、所属人大", ("name", "short_name", "tenant__name")),
        Choice("kind", "类别", OrganisationKind.choices),
    )
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
        Column("状态", lambda s: State("开放", "ok") if s.is_active else State("已关闭", "quiet", "ban"), kind="state"),
    )
    filters = (
        Search("名称、所在地、地址", ("name", "address", "place__name", "place__parent__name")),
        Choice("kind", "类别", Station.Kind.choices),
    )
    order = "pk"
    files = ()


def mandate_state(mandate: Mandate) -> State:
    """In office, resting, or over and how."""
    status = Mandate.Status(mandate.status)
    return _MANDATES.get(status) or State(str(status.label), "quiet")


def deputies_named(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Deputies by name, pinyin, initials or user name; or by delegation or district."""
    latin = text.strip().lower().replace(" ", "")
    return rows.filter(
        Q(person__party__name__contains=text.strip())
        | Q(person__pinyin__startswith=latin)
        | Q(person__initials__startswith=latin)
        | Q(person__user_name__startswith=latin)
        | Q(delegation__name__contains=text.strip())
        | Q(district__name__contains=text.strip())
        | Q(tenant__name__contains=text.strip())
    )


class MandateTable(Table[Mandate]):
    """The deputies of an actor's congresses; one row a mandate. No telephone numbers, not in the file either."""

    caption = "人大代表"
    columns = (
        Column("姓名", "person.name", link=lambda m: reverse("congress:mandate.page", args=[m.pk])),
        Column("所属人大", "body_name"),
        Column("层级", "get_level_display", css="nowrap"),
        Column("选区（选举单位）", "district.name"),
        Column("代表团", "delegation.name"),
        Column("工作单位及职务", "person.occupation", on_screen=False),
        Column("代表证号", "reference_number", on_screen=False),
        Column("任职", "starts_on", kind="day", sort="starts_on", phone=False),
        Column("结束", "ends_on", kind="day", on_screen=False),
        Column("状态", mandate_state, kind="state"),
    )
    filters = (
        Search("姓名、拼音、代表团、选区或人大", by=deputies_named),
        Choice("level", "层级", DeputyLevel.choices),
        Choice("status", "状态", Mandate.Status.choices),
    )
    order = "-pk"


class DistrictTable(Table[ElectoralDistrict]):
    """Electoral districts; ``seated`` and ``covered`` are counted by the view's rows."""

    caption = "选区和选举单位"
    columns = (
        Column("名称", "name", link=lambda d: reverse("congress:district.page", args=[d.pk])),
        Column("编号", "number", css="nowrap"),
        Column("所属人大", "tenant.name"),
        Column("层级", "get_level_display", css="nowrap"),
        Column("在任代表", "seated", css="end"),
        Column(
            "包括的地方",
            lambda d: State(f"{d.covered} 处", "ok") if d.covered else State("没有设置", "warn"),
            kind="state",
        ),
    )
    filters = (Search("名称或人大", ("name", "tenant__name")), Choice("level", "层级", DeputyLevel.choices))
    order = "pk"
    files = ()


def places_named(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Divisions by a part of the name, or the beginning of the code."""
    said = text.strip()
    return rows.filter(code__startswith=said) if said.isdecimal() else rows.filter(name__contains=said)


class PlaceTable(Table[Place]):
    """The divisions, those abolished too."""

    caption = "行政区划"
    columns = (
        Column("名称", "name", link=lambda p: reverse("congress:place.page", args=[p.pk])),
        Column("区划代码", "code", css="nowrap", sort="code"),
        Column("层级", "get_level_display", css="nowrap"),
        Column("上级", "parent.name"),
        Column("启用", "valid_from", kind="day", phone=False),
        Column("状态", lambda p: ACTIVE if p.valid_to is None else State("已停用", "quiet", "ban"), kind="state"),
    )
    filters = (Search("名称或代码", by=places_named), Choice("level", "层级", PlaceLevel.choices))
    order = "code"
    files = ()


class CongressTable(Table[Congress]):
    """The congresses of an actor; ``term_number`` and ``term_since`` come with the view's rows."""

    caption = "人民代表大会"
    columns = (
        Column("名称", "name", link=lambda c: reverse("congress:congress.page", args=[c.pk])),
        Column("层级", "get_level_display", css="nowrap"),
        Column(
            "现任届次",
            lambda c: (
                State(f"第{chinese_number(c.term_number)}届", "ok") if c.term_number else State("没有登记", "warn")
            ),
            kind="state",
        ),
        Column("届起", "term_since", kind="day"),
    )
    filters = (Search("名称", ("name",)), Choice("level", "层级", CongressLevel.choices))
    order = "tenant__path"
    files = ()
