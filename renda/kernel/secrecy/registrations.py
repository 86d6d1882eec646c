"""The menu entry of whoever decides; files that carry a mark."""

from __future__ import annotations

from renda.kernel.files.api import Suspect, register_suspicion
from renda.kernel.parties import Actor
from renda.kernel.secrecy.policy import DECIDE
from renda.kernel.secrecy.screening import digest_of, hold, is_released
from renda.kernel.ui import menu
from renda.kernel.ui.menu import Entry


def _suspected(suspect: Suspect) -> bool:
    """Whether a file that carries a mark was released; else it is held back."""
    digest = digest_of("file", suspect.sha256)
    if is_released(digest):
        return True
    hold(
        suspect.by or Actor.public(),
        name=suspect.name,
        size=suspect.size,
        source=suspect.source or "上传的文件",
        mark=suspect.mark,
        digest=digest,
    )
    return False


register_suspicion(_suspected)
menu.register(Entry("secrecy", "疑似涉密内容", "secrecy:secrecy.list", icon="shield-lock", order=72, permission=DECIDE))
