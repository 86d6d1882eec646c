from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class PublicZoneConfig(AppConfig):
    name = "renda.kernel.public_zone"
    label = "kernel_public_zone"

    def ready(self) -> None:
        """Load what capabilities show in the public zone (its menu, its footer)."""
        for name in settings.RENDA_PUBLIC_REGISTRATIONS:
            import_module(name)
