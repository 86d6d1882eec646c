from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "renda.kernel.tenancy"
    label = "kernel_tenancy"
    verbose_name = "租户"
