"""``renda privacy``: the keys of personal data: which there are, a new one, the data carried over, an old one taken out."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renda.kernel.audit.models import NO_TENANT
from renda.kernel.errors import RendaError
from renda.kernel.keys.actions import key_close_anew, key_retire, key_rotate
from renda.kernel.keys.places import Used, places, used
from renda.kernel.parties import Actor
from renda.kernel.personal.actions import people_of, personal_export, personal_export_matter
from renda.kernel.personal.dossier import About, write
from renda.kernel.privacy.vault import vault
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

BATCH = 1000
# Rows that others were writing are tried again, so often and so many seconds apart.
ROUNDS, REST = 20, 0.5


class Command(BaseCommand):
    help = "个人信息加密：keys 查看密钥，rotate 更换，reencrypt 用新密钥重新加密（可中断后再运行），retire 停用旧密钥，export 导出某人的全部个人信息"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("keys", help="列出密钥和各自加密的数据量；有数据的密钥丢失时返回 1")
        verbs.add_parser("rotate", help="增加一个新密钥，此后的数据用它加密")
        verbs.add_parser("reencrypt", help="把旧密钥加密的数据分批改用新密钥")
        verbs.add_parser("retire", help="停用不再有数据的旧密钥").add_argument("name")
        export = verbs.add_parser("export", help="导出某人的全部个人信息：用户名，或留言人的受理编号")
        export.add_argument("person", help="用户名或受理编号")
        export.add_argument("file", type=Path, help="写入这个 zip 文件")
        export.add_argument("--reason", required=True, help="事由，留下记录")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.machine("数据密钥", [NO_TENANT, *Tenant.objects.values_list("id", flat=True)])
        try:
            match options["verb"]:
                case "keys":
                    self._keys(actor)
                case "rotate":
                    self.stdout.write(f"新密钥 {key_rotate(actor)} 已启用。请备份密钥文件 {vault().path}。")
                case "reencrypt":
                    self._reencrypt(actor)
                case "export":
                    self._export(actor, options["person"], options["file"], options["reason"])
                case _:
                    name = key_retire(actor, name=options["name"])
                    self.stdout.write(f"密钥 {name} 已停用。旧的数据库备份仍需要旧的密钥文件，请一并保存。")
        except RendaError as error:
            raise CommandError(error.message) from error

    def _export(self, actor: Actor, person: str, path: Path, reason: str) -> None:
        """Somebody with an account, else the writer of a matter."""
        found = people_of(actor).filter(account__user_name=person).first()
        if found is not None:
            about = About(personal_export(actor, found.pk, reason=reason).name, party=found.pk)
        else:
            about = About(person, case=personal_export_matter(actor, number=person, reason=reason))
        with path.open("xb") as file:
            write(file, about)
        self.stdout.write(f"已写入 {path}。")

    def _keys(self, actor: Actor) -> None:
        known, counts = vault().all_keys(), _used(actor)
        for key in known:
            if key.algorithm.startswith("hmac"):
                continue
            mark = "，正在使用" if key == vault().active() else ""
            self.stdout.write(f"{key.name}\t{key.algorithm}\t{counts.total(key.name)} 个值{mark}")
        lost = {name for count in counts.counts.values() for name in count} - {key.name for key in known}
        for name in sorted(lost):
            where = "、".join(place for place, count in counts.counts.items() if count[name])
            self.stderr.write(f"{name}\t已丢失\t{counts.total(name)} 个值无法解密（{where}）")
        if lost:
            raise CommandError(f"密钥文件 {vault().path} 缺少密钥，请从备份恢复。")

    def _reencrypt(self, actor: Actor) -> None:
        for _ in range(ROUNDS):
            for place in places():
                self._place(actor, place.name)
            if not _used(actor).others(vault().active().name):
                self.stdout.write("全部数据已用当前密钥加密。")
                return
            time.sleep(REST)
        raise CommandError("有些数据一直在被修改，没有处理完，请稍后再运行一次。")

    def _place(self, actor: Actor, name: str) -> None:
        after: int | None = 0
        total = 0
        while after is not None:
            count, after = key_close_anew(actor, place=name, after=after, many=BATCH)
            total += count
            if count:
                self.stdout.write(f"{name}：{total}")


def _used(actor: Actor) -> Used:
    with tenant_transaction(actor.tenants):
        return used()
