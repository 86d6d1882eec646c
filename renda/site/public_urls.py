"""The addresses of the public zone. Nothing here leads inside."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("ui/", include("renda.kernel.ui.public_urls")),
    path("feedback/", include("renda.kernel.feedback.public_urls")),
    path("help/", include("renda.kernel.manual.urls"), {"frame": "ui/public_base.html"}),
    path("api/", include("renda.openapi.public_urls")),
    path("", include("renda.voice.public_urls")),
    path("proposals/", include("renda.proposals.public_urls")),
    path("duty/", include("renda.duty.public_urls")),
    path("news/", include("renda.news.public_urls")),
]

handler400 = "renda.kernel.ui.views.handler400"
handler403 = "renda.kernel.ui.views.handler403"
handler404 = "renda.kernel.ui.views.handler404"
handler500 = "renda.kernel.ui.views.handler500"
