"""What messages show in the frame of the public zone."""

from __future__ import annotations

from renda.kernel.manual import api as manual
from renda.kernel.ui import menu
from renda.kernel.ui.menu import Entry

menu.register(
    Entry("home", "找代表", "voice:home", icon="users", order=1, zone="public"),
    Entry("stations", "联络站", "voice:stations", icon="building", order=2, zone="public"),
    Entry("look_up", "查办理进度", "voice:look_up", icon="receipt", order=3, zone="public"),
)
manual.chapter("constituent", "群众", is_for=lambda actor: not actor.is_signed_in, order=10)
