"""What the public process is made of. It loads no model, no session, no sign-in, and knows one database role."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_RENDA = Path(__file__).resolve().parents[1]

APPS = ["renda.kernel.ui", "renda.kernel.public_zone", "django.contrib.staticfiles", "django_linear_migrations"]

MIDDLEWARE = [
    "renda.kernel.addresses.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "renda.kernel.ui.middleware.ErrorMiddleware",
]

URLCONF = "renda.site.public_urls"

# What capabilities show there besides their addresses (menu, footer).
REGISTRATIONS = [
    "renda.voice.public_registrations",
    "renda.kernel.feedback.public_registrations",
    "renda.kernel.manual.registrations",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        # Templates of capabilities whose models this process does not load.
        "DIRS": [_RENDA / f"{capability}/templates" for capability in ("voice", "kernel/feedback", "kernel/manual")],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "renda.kernel.ui.context.house",
            ],
            "libraries": {"live": "renda.kernel.events.templatetags.live"},
        },
    }
]
