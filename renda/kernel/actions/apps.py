from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import autodiscover_modules


class ActionsConfig(AppConfig):
    name = "renda.kernel.actions"
    label = "kernel_actions"

    def ready(self) -> None:
        """Load what capabilities register. This app is the last one, so every model is there."""
        autodiscover_modules("policy", "actions", "registrations")
        register(_permissions_exist)


def _permissions_exist(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A permission that nobody registered is an error at start-up."""
    from renda.kernel.actions.gate import ACTIONS
    from renda.kernel.policy.registry import PERMISSIONS, unknown_names

    used = {action.permission for action in ACTIONS.values() if action.permission is not None}
    missing = sorted({*unknown_names(), *(name for name in used if name not in PERMISSIONS)})
    return [Error(f"permission {name} is not registered", id="renda.E001") for name in missing]
