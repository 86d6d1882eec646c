from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeadlinesConfig(AppConfig):
    name = "renda.kernel.deadlines"
    label = "kernel_deadlines"
    verbose_name = "期限与工作日历"

    def ready(self) -> None:
        post_migrate.connect(_load_shipped, sender=self, dispatch_uid="kernel_deadlines_shipped")


def _load_shipped(using: str, **_: Any) -> None:
    # After every migrate (and after a test's flush), so that the rows always say what the data files say.
    from renda.kernel.deadlines.shipped import load_shipped

    load_shipped(using=using)
