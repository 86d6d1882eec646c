"""One person of each role whose sign-in is printed: random passwords, made at first use, kept in one private file."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.db.models import Q

from renda.congress.actions.demo import demo_sign_ins
from renda.congress.models import SECOND_FACTOR_KINDS, Congress, OrganisationKind, PostKind, Station, WallCode
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction

_TOWNSHIP, _COUNTY, _CITY = "421102101000", "421102000000", "421100000000"
_DEPUTIES_WORK = OrganisationKind.DEPUTIES_WORK_COMMITTEE
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"

# User name, role in Chinese, place of the congress, kind of organisation or department, kind of post.
ROLES: tuple[tuple[str, str, str, str, PostKind], ...] = (
    ("deputy", "路口镇人大代表", _TOWNSHIP, OrganisationKind.CONGRESS, PostKind.DEPUTY),
    ("station_manager", "路口镇代表之家管理员", _TOWNSHIP, OrganisationKind.PRESIDIUM, PostKind.STATION_MANAGER),
    ("township_clerk", "路口镇主席团干事", _TOWNSHIP, OrganisationKind.PRESIDIUM, PostKind.CLERK),
    ("township_vetter", "路口镇主席团受理审核", _TOWNSHIP, OrganisationKind.PRESIDIUM, PostKind.VETTER),
    ("township_assigner", "路口镇主席团交办", _TOWNSHIP, OrganisationKind.PRESIDIUM, PostKind.ASSIGNER),
    ("township_officer", "路口镇政府承办人员", _TOWNSHIP, OrganisationKind.TOWNSHIP_GOVERNMENT, PostKind.CASE_OFFICER),
    ("county_vetter", "黄州区人大代工委受理审核", _COUNTY, _DEPUTIES_WORK, PostKind.VETTER),
    ("county_assigner", "黄州区人大代工委交办", _COUNTY, _DEPUTIES_WORK, PostKind.ASSIGNER),
    ("county_supervisor", "黄州区人大代工委督办", _COUNTY, _DEPUTIES_WORK, PostKind.SUPERVISOR),
    ("leader", "黄州区人大代工委主任", _COUNTY, _DEPUTIES_WORK, PostKind.LEADER),
    ("government_office", "黄州区政府办承办人员", _COUNTY, OrganisationKind.GOVERNMENT_OFFICE, PostKind.CASE_OFFICER),
    ("case_officer", "黄州区住建局承办人员", _COUNTY, "housing_construction", PostKind.CASE_OFFICER),
    ("handler_head", "黄州区住建局负责人", _COUNTY, "housing_construction", PostKind.HANDLER_HEAD),
    ("city_assigner", "市人大代工委交办", _CITY, _DEPUTIES_WORK, PostKind.ASSIGNER),
    ("business_administrator", "市人大办公室业务管理员", _CITY, "general_office", PostKind.BUSINESS_ADMINISTRATOR),
    ("secrecy_officer", "市人大办公室保密员", _CITY, "general_office", PostKind.SECRECY_OFFICER),
    ("system_administrator", "系统管理员", _CITY, "administration", PostKind.SYSTEM_ADMINISTRATOR),
    ("security_administrator", "安全管理员", _CITY, "administration", PostKind.SECURITY_ADMINISTRATOR),
    ("audit_administrator", "审计管理员", _CITY, "administration", PostKind.AUDIT_ADMINISTRATOR),
)


@dataclass(frozen=True)
class SignIn:
    """One printed sign-in. ``totp_secret`` is for an authenticator app; empty where no second factor is asked."""

    role: str
    name: str
    user_name: str
    password: str
    totp_secret: str = ""


def path() -> Path:
    """Where the printed sign-ins are kept, readable by their owner only."""
    return Path(settings.RENDA_DATA_DIR) / "sign_ins.json"


def ensure_sign_ins(say: Callable[[str], None]) -> None:
    """Make the printed sign-ins if their file is not there, and print them."""
    if not path().is_file():
        _make()
    said = json.loads(path().read_text(encoding="utf-8"))
    say(f"登录地址：{said['address']}（凭证保存在 {path()}，仅本机管理员可读）")
    for one in said["people"]:
        secret = f"  验证器密钥 {one['totp_secret']}" if one["totp_secret"] else ""
        say(f"  {one['role']}：{one['user_name']}  {one['password']}{secret}")
    say(f"群众扫码地址：{said['code_address']}")


def _make() -> None:
    tenants = list(Congress.objects.values_list("tenant_id", flat=True))
    chosen: dict[int, tuple[str, str, str]] = {}
    people: list[SignIn] = []
    for user_name, role, place, what, kind in ROLES:
        person_id, name = _holder(place, what, kind, tenants, taken=chosen)
        password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        secret = generate_totp_secret() if kind in SECOND_FACTOR_KINDS else ""
        chosen[person_id] = (user_name, password, secret)
        people.append(SignIn(role, name, user_name, password, secret))
    demo_sign_ins(Actor.machine("demo", tenants), chosen=chosen)
    said = {
        "address": settings.RENDA_INNER_URL.rstrip("/") + settings.LOGIN_URL,
        "code_address": f"{settings.RENDA_PUBLIC_URL.rstrip('/')}/c/{_a_code()}/",
        "people": [asdict(one) for one in people],
    }
    _write(path(), json.dumps(said, ensure_ascii=False, indent=1))


def _holder(
    place: str, what: str, kind: PostKind, tenants: list[int], *, taken: dict[int, tuple[str, str, str]]
) -> tuple[int, str]:
    """The first demo person who holds such a post in that place's congress and has no printed sign-in yet."""
    held = Holding.objects.filter(
        Q(post__post__organisation__kind=what) | Q(post__post__organisation__department=what),
        post__post__organisation__place__code=place,
        post__post__kind=kind,
        ends_on__isnull=True,
        person__account__is_demo=True,
    ).exclude(person_id__in=taken)
    if kind == PostKind.DEPUTY:
        # One who sits in this congress alone.
        held = held.filter(person__tenant__congress__place__code=place)
    if kind == PostKind.STATION_MANAGER:
        with tenant_transaction(tenants):
            homes = list(Station.objects.filter(kind=Station.Kind.HOME).values_list("manager_id", flat=True))
        held = held.filter(post_id__in=homes)
    row = held.select_related("person").order_by("id").first()
    if row is None:
        raise LookupError(f"{kind} {what} {place}")
    return row.person_id, row.person.name


def _a_code() -> str:
    row = WallCode.objects.filter(kind=WallCode.Kind.STATION, tenant__congress__place__code=_TOWNSHIP).order_by("id")
    return str(row.values_list("code", flat=True)[0])


def _write(file: Path, text: str) -> None:
    """Write a private file: never readable by others, not even for a moment, and never half."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(file)
