"""What makes the site an app on a phone's home screen: its manifest, and in the public zone a service worker.

The inner zone has no service worker: what stands behind a sign-in is never kept by the browser.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

_TEMPLATES = Path(__file__).parent / "templates/ui"
# (file, side in pixels, purpose) as the manifest names them; ``maskable``: a phone may cut it to its own form.
ICONS = (
    ("ui/icon-192.png", 192, "any"),
    ("ui/icon-512.png", 512, "any"),
    ("ui/icon-maskable-192.png", 192, "maskable"),
    ("ui/icon-maskable-512.png", 512, "maskable"),
)
# What every public page loads.
SHELL = (
    "tabler/tabler.min.css",
    "ui/renda.css",
    "ui/parts.css",
    "ui/public.css",
    "htmx/htmx.min.js",
    "ui/forms.js",
    "ui/live.js",
    "ui/shell.js",
    "ui/draft.js",
    "ui/icon.svg",
)


@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    """The web app manifest, so that a phone can keep the site on its home screen."""
    icons = [
        {"src": static(name), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for name, side, purpose in ICONS
    ]
    return JsonResponse(
        {
            "id": resolve_url("/"),
            "name": settings.RENDA_BRAND,
            "short_name": settings.RENDA_BRAND[:8],
            "lang": "zh-CN",
            "start_url": resolve_url("/"),
            "scope": "/",
            "display": "minimal-ui",
            "background_color": "#f5f6f8",
            "theme_color": "#b5121b",
            "icons": [
                *icons,
                {"src": static("ui/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            ],
        },
        content_type="application/manifest+json",
    )


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The public zone's service worker, for the whole site; a browser looks for a newer one by itself."""
    shown = {
        "version": _version(),
        "files": [static(name) for name in SHELL],
        "offline": reverse("ui:offline"),
        "static": settings.STATIC_URL,
    }
    response = render(request, "ui/worker.js", shown, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page that is shown where there is no network."""
    return render(request, "ui/offline.html")


@lru_cache(maxsize=1)
def _version() -> str:
    """Changes with the files that the worker keeps, their names and their contents."""
    digest = sha256(repr([static(name) for name in SHELL]).encode())
    found = [finders.find(name) for name in SHELL]
    for path in [*found, *(str(_TEMPLATES / name) for name in ("offline.html", "worker.js"))]:
        if isinstance(path, str):
            digest.update(Path(path).read_bytes())
    return digest.hexdigest()[:12]
