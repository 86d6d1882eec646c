from django.apps import AppConfig


class ManualConfig(AppConfig):
    name = "renda.kernel.manual"
    label = "kernel_manual"
    verbose_name = "使用帮助"
