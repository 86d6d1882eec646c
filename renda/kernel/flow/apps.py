from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FlowConfig(AppConfig):
    name = "renda.kernel.flow"
    label = "kernel_flow"
    verbose_name = "流程"

    def ready(self) -> None:
        post_migrate.connect(_publish_shipped, sender=self, dispatch_uid="kernel_flow_shipped")


def _publish_shipped(using: str, **_: Any) -> None:
    # After every migrate (and after a test's flush), so that a flow file that changed is the newest version.
    from django.db import connections

    from renda.kernel.flow import library
    from renda.kernel.flow.models import FlowDefinition

    if FlowDefinition._meta.db_table in connections[using].introspection.table_names():
        library.publish_shipped()
