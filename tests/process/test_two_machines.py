"""The two zones on two databases with nothing between them but files: a message goes in, its receipt comes back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from renda.site.database import Server, lease
from tests.process.harness import PROJECT

pytestmark = pytest.mark.process

BODY = "花园社区三栋旁边的路灯坏了半个多月。"

# What a constituent's browser does, in the public process.
LEAVE = """
import django; django.setup()
from django.test import Client
from django.urls import reverse
import sys
client = Client(headers={"host": "127.0.0.1"})
if sys.argv[1] == "leave":
    answer = client.post(reverse("voice:message.submit", args=[sys.argv[2]]), {"body": sys.argv[3]})
    print(answer.status_code, answer.headers.get("Location", ""))
else:
    print(client.get(sys.argv[2]).content.decode())
wrong = [name for name in sys.modules if name.startswith("renda.") and name.endswith((".models", ".actions"))]
assert not wrong, wrong
"""
# The small city of the tests, in the inner database.
BUILD = """
import django; django.setup()
from tests import people
from renda.kernel.flow import library
library.publish_shipped()
print(people.build().codes["station"].code)
from renda.kernel.exchange.api import reconcile
reconcile()
"""
HANDLE = """
import django; django.setup()
from renda.kernel.exchange import inbox, publishing
print(inbox.handle(), publishing.publish_marked())
"""


@dataclass
class Machine:
    """One zone's machine: its own data directory, database and keys."""

    zone: str
    server: Server
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("RENDA_")}
        return ours | {
            "RENDA_ZONE": self.zone,
            "RENDA_EXCHANGE": "files",
            "RENDA_DATA_DIR": str(self.data),
            "RENDA_PLAIN_STATIC": "1",
            "RENDA_DATABASE_URL": self.server.url("renda_app", f"zone_{self.zone}"),
            "RENDA_OWNER_DATABASE_URL": self.server.url("renda_owner", f"zone_{self.zone}"),
            "RENDA_PUBLIC_DATABASE_URL": self.server.url("renda_public", f"zone_{self.zone}"),
            "DJANGO_SETTINGS_MODULE": "renda.site.settings",
            "PYTHONPATH": str(PROJECT),
        }

    def run(self, *words: str, fails: bool = False) -> str:
        done = subprocess.run(
            [sys.executable, *words], env=self.environment, cwd=PROJECT, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return (done.stderr if fails else done.stdout).strip()

    def renda(self, *words: str, fails: bool = False) -> str:
        return self.run("-m", "renda", *words, fails=fails)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.url("renda_owner", f"zone_{self.zone}")) as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture(scope="module")
def machines() -> Iterator[tuple[Machine, Machine]]:
    folder = Path(tempfile.mkdtemp(prefix="renda-two-"))
    folder.chmod(0o755)
    try:
        with lease(Server(folder / "database", durable=False), lambda _: None) as server:
            made = []
            for zone in ("public", "inner"):
                with psycopg.connect(server.url("renda_owner", "postgres"), autocommit=True) as owner:
                    owner.execute(f"CREATE DATABASE zone_{zone}")
                made.append(Machine(zone, server, folder / zone))
                made[-1].renda("migrate", "--verbosity", "0")
            outside, inside = made
            # What is carried by hand, once: each other's public key, and the key of receipts.
            outside.renda("exchange", "keys", str(folder / "public.pub"))
            inside.renda("exchange", "keys", str(folder / "inner.pub"))
            outside.renda("exchange", "trust", str(folder / "inner.pub"))
            inside.renda("exchange", "trust", str(folder / "public.pub"))
            shutil.copy(inside.data / "receipt.key", outside.data / "receipt.key")
            yield outside, inside
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def code(machines: tuple[Machine, Machine]) -> str:
    return machines[1].run("-c", BUILD).splitlines()[-1]


def test_neither_database_has_what_is_the_others(machines: tuple[Machine, Machine]) -> None:
    outside, inside = machines
    tables = {row[0] for row in outside.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert tables == {"django_migrations"}
    assert inside.ask("SELECT 1 FROM pg_namespace WHERE nspname = 'public_zone'") == []


def test_a_message_crosses_and_its_receipt_comes_back(
    machines: tuple[Machine, Machine], code: str, tmp_path: Path
) -> None:
    outside, inside = machines
    stick = tmp_path / "stick"
    assert "renda-out-000001" in inside.renda("exchange", "export", str(stick))
    assert "第 1 号" in outside.renda("exchange", "import", str(stick))
    assert "已跳过" in outside.renda("exchange", "import", str(stick))

    status, receipt = outside.run("-c", LEAVE, "leave", code, BODY).split()
    assert status == "303"
    assert "正在登记" in outside.run("-c", LEAVE, "look", receipt)
    assert "renda-in-000001" in outside.renda("exchange", "export", str(stick))
    assert BODY not in (stick / "renda-in-000001.jsonl").read_text(encoding="utf-8")
    assert "第 1 号" in inside.renda("exchange", "import", str(stick))
    # A second carrying of the same file, and a second run, change nothing.
    assert "已跳过" in inside.renda("exchange", "import", str(stick))
    assert inside.run("-c", HANDLE).split()[0] == "1"
    assert inside.run("-c", HANDLE).split()[0] == "0"
    assert inside.ask("SELECT state, count(*) FROM kernel_exchange_received GROUP BY 1") == [("done", 1)]

    inside.renda("exchange", "export", str(stick))
    assert outside.ask("SELECT count(*) FROM public_zone.inbound") == [(1,)]
    outside.renda("exchange", "import", str(stick))
    # Only now that it is confirmed is it forgotten outside.
    assert outside.ask("SELECT count(*) FROM public_zone.inbound") == [(0,)]
    assert BODY in outside.run("-c", LEAVE, "look", receipt)
    assert BODY not in str(outside.ask("SELECT body FROM public_zone.published WHERE kind = 'receipt'"))


def test_gaps_and_alterations_are_named_and_change_nothing(
    machines: tuple[Machine, Machine], code: str, tmp_path: Path
) -> None:
    outside, inside = machines
    folders = []
    for number in range(3):
        outside.run("-c", LEAVE, "leave", code, f"{number}{BODY}")
        folders.append(tmp_path / str(number))
        outside.renda("exchange", "export", str(folders[-1]))
    known = inside.ask("SELECT count(*) FROM kernel_exchange_received")
    # Each export writes again what is not confirmed: the last folder has all, so take the first of it away.
    files = sorted(folders[-1].glob("*.jsonl"))
    assert len(files) == 3
    first = files[0].read_bytes()
    files[0].unlink()
    assert "缺少第" in inside.renda("exchange", "import", str(folders[-1]), fails=True)
    for altered in (
        first[:-40],
        first.replace(b'"body":"', b'"body":"A', 1),
        first.replace(b'"number":', b'"number":1', 1),
    ):
        files[0].write_bytes(altered)
        assert "被改动" in inside.renda("exchange", "import", str(folders[-1]), fails=True)
    assert inside.ask("SELECT count(*) FROM kernel_exchange_received") == known
    # The outward direction is not taken for the inward one.
    only_out = tmp_path / "out"
    inside.renda("exchange", "export", str(only_out))
    for path in only_out.glob("*.jsonl"):
        path.rename(path.with_name(path.name.replace("out", "in")))
    if any(only_out.iterdir()):
        inside.renda("exchange", "import", str(only_out), fails=True)
    files[0].write_bytes(first)
    assert inside.renda("exchange", "import", str(folders[-1])).count("已导入") == 3
    assert inside.run("-c", HANDLE).split()[0] == "3"
