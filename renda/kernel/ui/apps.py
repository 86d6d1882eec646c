from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "renda.kernel.ui"
    label = "kernel_ui"
    verbose_name = "界面"
