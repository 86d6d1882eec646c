"""Which organisations and posts a congress of each level has: the start a new congress is given.

Sources: 地方组织法 (2022-03-11) 第十八条 (township: chair, one or two vice-chairs), 第十九条 (presidium), 第三十三条 (special
committees), 第四十二条 (assigning suggestions), 第四十七条 (standing committees and who sits in them), 第五十四条 (council
of chairpersons), 第五十九条 (offices, working bodies, working bodies in sub-districts).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from renda.congress.models import CongressLevel, DepartmentKind, OrganisationKind, PostKind

K, P, D = OrganisationKind, PostKind, DepartmentKind


@dataclass(frozen=True)
class Unit:
    """An organisation to be made, with its posts: kind → title. ``{place}``, ``{above}`` in a name: place, the one above."""

    kind: OrganisationKind
    name: str
    posts: dict[PostKind, str] = field(default_factory=dict)
    department: str = ""
    is_handler: bool = False
    is_vertical: bool = False
    under: OrganisationKind | None = None


_HEAD = {P.LEADER: "负责人"}
_HANDLING = {P.CASE_OFFICER: "承办人员", P.HANDLER_HEAD: "负责人"}
_ASSIGNING = {P.ASSIGNER: "交办岗", P.VETTER: "受理审核岗", P.SUPERVISOR: "督办岗", P.LEADER: "主任"}

_SPECIAL = {
    CongressLevel.CITY: (
        "法制委员会",
        "监察和司法委员会",
        "财政经济委员会",
        "城乡建设与环境资源保护委员会",
        "农业与农村委员会",
        "教育科学文化卫生委员会",
        "民族宗教侨务外事委员会",
        "社会建设委员会",
    ),
    CongressLevel.COUNTY: ("监察和司法委员会", "财政经济委员会", "社会建设委员会"),
}

_DEPARTMENTS: tuple[tuple[DepartmentKind, str], ...] = (
    (D.DEVELOPMENT_REFORM, "发展和改革委员会"),
    (D.EDUCATION, "教育局"),
    (D.SCIENCE_INDUSTRY, "经济和信息化局"),
    (D.PUBLIC_SECURITY, "公安局"),
    (D.CIVIL_AFFAIRS, "民政局"),
    (D.JUSTICE, "司法局"),
    (D.FINANCE, "财政局"),
    (D.HUMAN_RESOURCES, "人力资源和社会保障局"),
    (D.NATURAL_RESOURCES, "自然资源和规划局"),
    (D.ECOLOGY_ENVIRONMENT, "生态环境局"),
    (D.HOUSING_CONSTRUCTION, "住房和城乡建设局"),
    (D.URBAN_MANAGEMENT, "城市管理执法局"),
    (D.TRANSPORT, "交通运输局"),
    (D.WATER, "水利和湖泊局"),
    (D.AGRICULTURE, "农业农村局"),
    (D.COMMERCE, "商务局"),
    (D.CULTURE_TOURISM, "文化和旅游局"),
    (D.HEALTH, "卫生健康委员会"),
    (D.VETERANS, "退役军人事务局"),
    (D.EMERGENCY, "应急管理局"),
    (D.AUDIT, "审计局"),
    (D.MARKET_REGULATION, "市场监督管理局"),
    (D.MEDICAL_INSURANCE, "医疗保障局"),
    (D.DATA, "数据局"),
    (D.PETITION, "信访局"),
    (D.FORESTRY, "林业局"),
)
_PARTY_BODIES = ("委办公室", "委组织部", "委宣传部", "委统战部", "委政法委员会", "委社会工作部")
_UTILITIES: tuple[tuple[DepartmentKind, str], ...] = (
    (D.POWER_SUPPLY, "供电公司"),
    (D.WATER_SUPPLY, "供水公司"),
    (D.GAS_SUPPLY, "燃气公司"),
    (D.TELECOMMUNICATION, "通信发展办公室"),
)


def units(level: CongressLevel) -> Iterator[Unit]:
    """The organisations of a congress of this level, parents before children."""
    yield Unit(K.CONGRESS, "{congress}", {P.DEPUTY: "代表"})
    if level == CongressLevel.TOWNSHIP:
        yield from _township()
        return
    standing = {P.CHAIR: "主任", P.VICE_CHAIR: "副主任", P.LEADER: "秘书长", P.MEMBER: "委员"}
    if level == CongressLevel.COUNTY:
        del standing[P.LEADER]
    yield Unit(K.STANDING_COMMITTEE, "{congress}常务委员会", standing)
    yield Unit(K.COUNCIL_OF_CHAIRPERSONS, "{congress}常务委员会主任会议", under=K.STANDING_COMMITTEE)
    for name in _SPECIAL[level]:
        yield Unit(K.SPECIAL_COMMITTEE, "{congress}" + name, _HEAD | {P.CLERK: "工作人员"})
    office = {
        P.CLERK: "办公室工作人员",
        P.LEADER: "主任",
        P.SECRECY_OFFICER: "保密员",
        P.BUSINESS_ADMINISTRATOR: "业务管理员",
    }
    yield Unit(K.GENERAL_OFFICE, "{congress}常务委员会办公室", office, under=K.STANDING_COMMITTEE)
    deputies_work = _ASSIGNING | {P.CLERK: "工作人员"}
    yield Unit(
        K.DEPUTIES_WORK_COMMITTEE, "{congress}常务委员会代表工作委员会", deputies_work, under=K.STANDING_COMMITTEE
    )
    budget = _HEAD | {P.CLERK: "工作人员"}
    yield Unit(K.BUDGET_WORK_COMMITTEE, "{congress}常务委员会预算工作委员会", budget, under=K.STANDING_COMMITTEE)
    yield from _handlers(level)


def administration() -> Unit:
    """The platform's three administrators, at home in the highest congress of a site."""
    three = {
        P.SYSTEM_ADMINISTRATOR: "系统管理员",
        P.SECURITY_ADMINISTRATOR: "安全管理员",
        P.AUDIT_ADMINISTRATOR: "审计管理员",
    }
    return Unit(K.ADMINISTRATION, "{place}智慧人大平台管理", three)


def _township() -> Iterator[Unit]:
    # A township has no standing committee: its presidium does what the deputies' work committee does elsewhere.
    posts = {P.CHAIR: "主席", P.VICE_CHAIR: "副主席", P.ASSIGNER: "交办岗", P.VETTER: "受理审核岗", P.CLERK: "人大干事"}
    yield Unit(K.PRESIDIUM, "{congress}主席团", posts)
    yield Unit(K.TOWNSHIP_GOVERNMENT, "{place}人民政府", _HANDLING, is_handler=True)


def _handlers(level: CongressLevel) -> Iterator[Unit]:
    yield Unit(K.GOVERNMENT_OFFICE, "{place}人民政府办公室", _HANDLING, is_handler=True)
    county = level == CongressLevel.COUNTY
    for kind, name in _DEPARTMENTS:
        # In a county the ecology office is a branch of the city's (垂直管理).
        vertical = county and kind == D.ECOLOGY_ENVIRONMENT
        full = "{above}生态环境局{place}分局" if vertical else "{place}" + name
        yield Unit(K.GOVERNMENT_DEPARTMENT, full, _HANDLING, kind, is_handler=True, is_vertical=vertical)
    for name in _PARTY_BODIES:
        yield Unit(K.PARTY_BODY, "{party}" + name, _HANDLING, is_handler=True)
    yield Unit(K.COURT, "{place}中级人民法院" if not county else "{place}人民法院", _HANDLING, is_handler=True)
    yield Unit(K.PROCURATORATE, "{place}人民检察院", _HANDLING, is_handler=True)
    yield Unit(K.SUPERVISORY_COMMISSION, "{place}监察委员会", _HANDLING, is_handler=True)
    for kind, name in _UTILITIES:
        yield Unit(
            K.PUBLIC_UTILITY, "{place}" + name, _HANDLING, kind, is_handler=True, is_vertical=kind == D.POWER_SUPPLY
        )


def subdistrict_units() -> Iterator[Unit]:
    """What a sub-district has, as organisations of the county's congress: a working committee and its office."""
    # It vets and organises; assigning stays with the county's deputies' work committee (地方组织法 2022 第四十二条).
    posts = {P.LEADER: "主任", P.VETTER: "受理审核岗", P.CLERK: "人大干事"}
    yield Unit(K.SUBDISTRICT_COMMITTEE, "{congress}常务委员会{place}工作委员会", posts, under=K.STANDING_COMMITTEE)
    yield Unit(K.TOWNSHIP_GOVERNMENT, "{place}办事处", _HANDLING, is_handler=True)


# One of each in a congress: tasks of the whole congress go to its posts.
ONLY_ONE = frozenset(
    {
        K.CONGRESS,
        K.STANDING_COMMITTEE,
        K.COUNCIL_OF_CHAIRPERSONS,
        K.GENERAL_OFFICE,
        K.DEPUTIES_WORK_COMMITTEE,
        K.BUDGET_WORK_COMMITTEE,
        K.PRESIDIUM,
        K.GOVERNMENT_OFFICE,
        K.SUPERVISORY_COMMISSION,
        K.ADMINISTRATION,
    }
)
# Without these a congress of its level does not work: they are not closed.
ESSENTIAL = frozenset(
    {
        K.CONGRESS,
        K.STANDING_COMMITTEE,
        K.GENERAL_OFFICE,
        K.DEPUTIES_WORK_COMMITTEE,
        K.PRESIDIUM,
        K.ADMINISTRATION,
    }
)
# What handles matters (承办单位).
HANDLING_KINDS = frozenset(
    {
        K.GOVERNMENT_OFFICE,
        K.GOVERNMENT_DEPARTMENT,
        K.TOWNSHIP_GOVERNMENT,
        K.PARTY_BODY,
        K.COURT,
        K.PROCURATORATE,
        K.SUPERVISORY_COMMISSION,
        K.PUBLIC_UTILITY,
    }
)


def kinds_to_add(level: CongressLevel) -> tuple[OrganisationKind, ...]:
    """The kinds of organisation that the office of a congress of this level may set up.

    A township has no committees (第三十三条 and 第五十九条 begin at the county); only a county sets up working committees in
    sub-districts (第五十九条). The congress itself and the platform's administration are made with the congress.
    """
    never = {K.CONGRESS, K.ADMINISTRATION}
    if level == CongressLevel.TOWNSHIP:
        return (K.GOVERNMENT_DEPARTMENT, K.PARTY_BODY, K.PUBLIC_UTILITY)
    never |= {K.PRESIDIUM} if level == CongressLevel.COUNTY else {K.PRESIDIUM, K.SUBDISTRICT_COMMITTEE}
    never |= {K.TOWNSHIP_GOVERNMENT} if level == CongressLevel.CITY else set()
    return tuple(kind for kind in K if kind not in never)


def posts_of(kind: OrganisationKind, level: CongressLevel) -> dict[PostKind, str]:
    """The posts that an organisation of this kind begins with: kind → title."""
    for unit in (*units(level), *subdistrict_units()):
        if unit.kind == kind:
            return dict(unit.posts)
    return dict(_HANDLING) if kind in HANDLING_KINDS else _HEAD | {P.CLERK: "工作人员"}
