from django.apps import AppConfig

from renda.kernel import lookups


class TenancyConfig(AppConfig):
    name = "renda.kernel.tenancy"
    label = "kernel_tenancy"
    verbose_name = "租户"

    def ready(self) -> None:
        lookups.register()
