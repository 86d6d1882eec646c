"""The to-dos in the daily digest: each once, the most pressing first, what is too long is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from renda.kernel.flow import digest
from renda.kernel.flow.tests.test_todo import Desk, desk  # noqa: F401 - a fixture
from renda.kernel.notices import digests
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction


def parts(actor: Actor) -> dict[str, tuple[int, list[str]]]:
    with tenant_transaction(actor.tenants):
        return {
            section.title: (found.total, [line.text for line in found.lines])
            for section, found in digests.collect(actor)
            if section.key.startswith("flow.")
        }


@pytest.fixture(autouse=True)
def _sections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "SECTIONS", {})
    digest.register()


def test_each_task_stands_in_one_part(desk: Desk) -> None:  # noqa: F811 - the fixture
    late: dict[str, Any] = {"due_at": desk.now - timedelta(days=30), "due_soon": True, "overdue": True}
    desk.lay(desk.me, **late)
    desk.lay(desk.me, due_at=desk.now + timedelta(hours=1), due_soon=True)
    desk.lay(desk.post)
    desk.lay(desk.me, kind="read")
    desk.lay(desk.other, **late)
    desk.lay(desk.me, state="done")
    found = parts(desk.actor(desk.post))
    assert {title: total for title, (total, _) in found.items()} == {
        "已超期": 1,
        "即将到期": 1,
        "待我办理": 1,
        "待我阅读": 1,
    }
    assert found["已超期"][1][0].startswith("事（超期")
    assert found["待我办理"][1] == ["事"]
    assert list(found) == ["已超期", "即将到期", "待我办理", "待我阅读"]


def test_what_is_too_long_is_counted(desk: Desk) -> None:  # noqa: F811 - the fixture
    for _ in range(digest.LINES + 3):
        desk.lay(desk.me)
    total, lines = parts(desk.actor())["待我办理"]
    assert (total, len(lines)) == (digest.LINES + 3, digest.LINES)


def test_nobody_has_nothing(desk: Desk) -> None:  # noqa: F811 - the fixture
    desk.lay(desk.me)
    assert parts(Actor.public([desk.tenant.id])) == {}
