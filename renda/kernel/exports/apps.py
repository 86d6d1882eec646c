from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "renda.kernel.exports"
    label = "kernel_exports"
    verbose_name = "导出"
