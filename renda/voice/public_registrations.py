"""What messages show in the frame of the public zone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from renda.kernel.manual import api as manual
from renda.kernel.ui import menu, slots
from renda.kernel.ui.menu import Entry
from renda.voice import published

menu.register(
    Entry("home", "找代表", "voice:home", icon="users", order=1, zone="public"),
    Entry("stations", "联络站", "voice:stations", icon="building", order=2, zone="public"),
    Entry("published", "公开留言", "voice:published", icon="message-2", order=3, zone="public"),
    Entry("look_up", "查办理进度", "voice:look_up", icon="receipt", order=4, zone="public"),
)
manual.chapter("constituent", "群众", is_for=lambda actor: not actor.is_signed_in, order=10)


def _done(kind: str, key: str) -> Callable[[HttpRequest, Any], dict[str, Any] | None]:
    """What was done (做了什么), on the page of a deputy or a station: public messages and how far each is."""

    def shown(_: HttpRequest, subject: Any) -> dict[str, Any] | None:
        found = published.done_for(f"{kind}:{getattr(subject, key)}")
        if not found:
            return None
        more = f"{kind}={getattr(subject, key)}"
        return {"items": [published.page_of(copy.body, ()) for copy in found], "more": more}

    return shown


slots.register("deputy.public", "voice/done.html", _done("deputy", "person_id"))
slots.register("station.public", "voice/done.html", _done("station", "id"))
