"""``renda congress found``: begin a real site with its highest congress and the four people who let everybody else in."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from renda.congress.actions import site_found
from renda.congress.founding import ADMINISTRATORS, founding
from renda.congress.models import Place, PostKind, full_code
from renda.kernel.audit.models import NO_TENANT
from renda.kernel.errors import RendaError
from renda.kernel.parties import Actor

_WORDS = {
    PostKind.SYSTEM_ADMINISTRATOR: "system",
    PostKind.SECURITY_ADMINISTRATOR: "security",
    PostKind.AUDIT_ADMINISTRATOR: "audit",
    PostKind.BUSINESS_ADMINISTRATOR: "business",
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"日期应写作 2022-01-08：{text}") from None


class Command(BaseCommand):
    help = "建立正式站点：found 设立最高一级人大和四位管理员，登录码只显示这一次"

    def add_arguments(self, parser: ArgumentParser) -> None:
        found = parser.add_subparsers(dest="verb", required=True).add_parser("found", help="建立站点（先导入行政区划）")
        found.add_argument("place", help="所在地的区划代码，如 421100")
        found.add_argument("--term", type=int, required=True, help="现任届次，如 6")
        found.add_argument("--starts-on", type=_day, required=True, help="本届第一次会议日期，如 2022-01-08")
        for kind in ADMINISTRATORS:
            found.add_argument(f"--{_WORDS[kind]}", required=True, metavar="姓名", help=f"{kind.label}的姓名")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            place = Place.objects.filter(code=full_code(options["place"]), valid_to__isnull=True).first()
        except ValueError as error:
            raise CommandError(str(error)) from error
        if place is None:
            raise CommandError(f"没有区划代码 {options['place']}。请先用 renda places import 文件 导入行政区划。")
        names = {kind: options[_WORDS[kind]] for kind in ADMINISTRATORS}
        try:
            planned = founding(place, number=options["term"], starts_on=options["starts_on"], names=names)
            actor = Actor.machine("建立站点", [planned.congress.tenant_id, NO_TENANT])
            codes = site_found(actor, founding=planned)
        except RendaError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{planned.congress.name}已建立。登录地址：{settings.RENDA_PUBLIC_URL.rstrip('/')}/sign-in/")
        self.stdout.write(
            "下列登录码只显示这一次，每个只能用一次，60 天内有效。请分别交给本人；登录后先设密码和验证器。"
        )
        for kind, person in zip(ADMINISTRATORS, planned.people, strict=True):
            code = codes[person.user_name]
            shown = "-".join(code[at : at + 4] for at in range(0, len(code), 4))
            self.stdout.write(f"  {kind.label}：{person.name}　用户名 {person.user_name}　登录码 {shown}")
        self.stdout.write("下一步：业务管理员登录后，在“机构和岗位 → 下级人大”中设立下级人大。")
