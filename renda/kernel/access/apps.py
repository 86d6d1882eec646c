from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "renda.kernel.access"
    label = "kernel_access"
    verbose_name = "紧急授权"
