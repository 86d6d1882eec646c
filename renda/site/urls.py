"""Where each capability is mounted. A capability's own urls.py says the rest."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path


def _has(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


MOUNTS = [
    ("ui/", "renda.kernel.ui.urls"),
    ("flows/", "renda.kernel.flow.web.urls"),
    ("access/", "renda.kernel.access.urls"),
    ("files/", "renda.kernel.files.urls"),
    ("notices/", "renda.kernel.notices.urls"),
    ("", "renda.congress.urls"),
    ("", "renda.voice.urls"),
]
urlpatterns: list[URLPattern | URLResolver] = [path(p, include(m)) for p, m in MOUNTS if _has(m)]

handler400 = "renda.kernel.ui.views.handler400"
handler403 = "renda.kernel.ui.views.handler403"
handler404 = "renda.kernel.ui.views.handler404"
handler500 = "renda.kernel.ui.views.handler500"
