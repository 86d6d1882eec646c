"""Where each capability is mounted in the inner zone (the public one: ``public_urls``). A capability's own urls.py says the rest."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="voice:bench"), name="front"),
    path("ui/", include("renda.kernel.ui.urls")),
    path("flows/", include("renda.kernel.flow.web.urls")),
    path("deadlines/", include("renda.kernel.timekeeping.urls")),
    path("access/", include("renda.kernel.access.urls")),
    path("feedback/", include("renda.kernel.feedback.urls")),
    path("personal/", include("renda.kernel.personal.urls")),
    path("help/", include("renda.kernel.manual.urls")),
    path("files/", include("renda.kernel.files.urls")),
    path("filters/", include("renda.kernel.saved_filters.urls")),
    path("notices/", include("renda.kernel.notices.urls")),
    path("secrecy/", include("renda.kernel.secrecy.urls")),
    path("exchange/", include("renda.kernel.exchange.urls")),
    path("api/", include("renda.openapi.urls")),
    path("", include("renda.congress.urls")),
    path("", include("renda.voice.urls")),
    path("proposals/", include("renda.proposals.urls")),
    path("duty/", include("renda.duty.urls")),
    path("news/", include("renda.news.urls")),
]

handler400 = "renda.kernel.ui.views.handler400"
handler403 = "renda.kernel.ui.views.handler403"
handler404 = "renda.kernel.ui.views.handler404"
handler500 = "renda.kernel.ui.views.handler500"
