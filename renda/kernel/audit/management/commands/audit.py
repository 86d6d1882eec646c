"""``renda audit verify``: walk every chain and name what is altered, missing or unsealed."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renda.kernel.audit import chain
from renda.kernel.audit.jobs import seal_all
from renda.kernel.audit.models import NO_TENANT, AuditSeal
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

_WORDS = {"altered": "被改动", "missing": "缺失", "unsealed": "未封存", "broken": "链条断裂"}


class Command(BaseCommand):
    help = "审计记录：verify 核验，seal 立即封存"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="核验每条审计链")
        verify.add_argument("--anchors", type=Path, help="与某日的锚定文件比对")
        verbs.add_parser("seal", help="立即封存已完成的记录")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "seal":
            seal_all()
            return
        anchors = _anchors(options["anchors"])
        faults = sealed = 0
        for tenant_id in [NO_TENANT, *Tenant.objects.order_by("id").values_list("id", flat=True)]:
            for fault in chain.verify(tenant_id):
                faults += 1
                self.stdout.write(
                    f"{_WORDS[fault.kind]}：租户 {fault.tenant_id} 记录 {fault.entry_id} 序号 {fault.seq}"
                )
            sealed += chain.root(tenant_id)[0]
            if str(tenant_id) in anchors and not _holds(tenant_id, anchors[str(tenant_id)]):
                faults += 1
                self.stdout.write(f"与锚定文件不符：租户 {tenant_id}")
        self.stdout.write(f"已核验 {sealed} 条封存记录，发现 {faults} 处问题。")
        if faults:
            sys.exit(1)


def _anchors(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        roots: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["roots"]
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(f"锚定文件读不出来：{path}") from error
    return roots


def _holds(tenant_id: int, anchored: dict[str, Any]) -> bool:
    """Whether the chain still has the anchored link."""
    with tenant_transaction([tenant_id]):
        link = AuditSeal.objects.filter(tenant_id=tenant_id, seq=anchored["length"]).first()
        return link is not None and bytes(link.chain_hash).hex() == anchored["head"]
