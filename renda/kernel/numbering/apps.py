from django.apps import AppConfig


class NumberingConfig(AppConfig):
    name = "renda.kernel.numbering"
    label = "kernel_numbering"
    verbose_name = "编号"
