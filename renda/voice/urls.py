"""The inner addresses. A page that writes is named after its action."""

from __future__ import annotations

from django.urls import path

from renda.voice import (
    bulk_views,
    code_views,
    history_views,
    hotline_views,
    issues_views,
    publishing_views,
    register_views,
    statistics_views,
    views,
    watching_views,
)
from renda.voice.forms import FORMS

app_name = "voice"

urlpatterns = [
    path("bench/", views.bench, name="bench"),
    path("bench/read/", views.bench, {"tab": "bench.read"}, name="bench.read"),
    path("bench/done/", views.bench, {"tab": "bench.done"}, name="bench.done"),
    path("codes/", code_views.code_list, name="codes"),
    path("codes/mine.pdf", code_views.own_code_pdf, name="codes.own_pdf"),
    path("codes/stations/<int:pk>/", code_views.station_codes, name="codes.station"),
    path("stations/<int:tenant_id>/<int:station_id>/code.pdf", code_views.station_code_pdf, name="codes.station_pdf"),
    path(
        "stations/<int:tenant_id>/<int:station_id>/deputies.pdf",
        code_views.station_deputies_pdf,
        name="codes.deputies_pdf",
    ),
    path("statistics/", statistics_views.figures, name="statistics"),
    path("statistics/issues/", issues_views.issues, name="issues"),
    path("statistics/issues/<int:pk>/", issues_views.issue, name="issue.page"),
    path("statistics/issues/voices/<int:pk>/take-out/", issues_views.take_out, name="issue.take_out"),
    path("watch-words/", watching_views.watch_list, name="watch.add"),
    path("watch-words/remove/", watching_views.remove, name="watch.remove"),
    path("opinions/", issues_views.opinions, name="opinions"),
    path("statistics/report.docx", statistics_views.report, name="statistics.report"),
    path("messages/", views.message_list, name="message.list"),
    path("messages/chosen/", bulk_views.confirm, name="message.bulk"),
    path("messages/chosen/moves/", bulk_views.moves, name="message.bulk_moves"),
    path("messages/chosen/act/", bulk_views.act, name="message.bulk_act"),
    path("messages/new/", register_views.register, name="message.register"),
    path("messages/new/paste/", register_views.paste, name="message.paste"),
    path("messages/new/drafts/<int:pk>/drop/", register_views.drop, name="draft.drop"),
    path("hotline/", hotline_views.tickets, name="hotline"),
    path("hotline/handover.xlsx", hotline_views.handover, name="hotline.handover"),
    path("hotline/release/", hotline_views.release, name="hotline.release"),
    path("hotline/<int:pk>/number/", hotline_views.number, name="hotline.number"),
    path("messages/past/", history_views.past_messages, name="past.list"),
    path("messages/past/<int:pk>/", history_views.past_message, name="past.page"),
    path("messages/past/<int:pk>/reveal/", history_views.reveal, name="past.reveal"),
    path("messages/past/imports/", history_views.imports, name="import.list"),
    path("messages/past/imports/template.xlsx", history_views.template, name="import.template"),
    path("messages/past/imports/<int:pk>/", history_views.import_page, name="import.page"),
    path("messages/past/imports/<int:pk>/start/", history_views.start, name="import.start"),
    path("messages/past/imports/<int:pk>/take-back/", history_views.take_back, name="import.take_back"),
    path("messages/past/imports/<int:pk>/wrong.xlsx", history_views.wrong_rows, name="import.wrong"),
    path("messages/<int:pk>/", views.message_page, name="message.page"),
    path("messages/<int:pk>/publish/", publishing_views.publish, name="message.publish"),
    path("messages/<int:pk>/pdf/", views.message_pdf, name="message.pdf"),
    *(path(f"messages/<int:pk>/{verb}/", views.act, {"verb": verb}, name=f"message.{verb}") for verb in FORMS),
]
