"""The public's addresses; mounted in the public zone only."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "duty"

urlpatterns: list[URLPattern] = []
