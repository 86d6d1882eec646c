"""The API's addresses in the public zone."""

from __future__ import annotations

from django.urls import path

from renda.openapi.public_http import api

urlpatterns = [path("", api.urls)]
