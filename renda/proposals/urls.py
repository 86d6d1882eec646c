"""The inner addresses. A page that writes is named after its action."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "proposals"

urlpatterns: list[URLPattern] = []
