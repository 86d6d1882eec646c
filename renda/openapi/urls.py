"""The API's addresses in the inner zone."""

from __future__ import annotations

from django.urls import path

from renda.openapi.http import api

urlpatterns = [path("", api.urls)]
