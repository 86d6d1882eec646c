from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "renda.kernel.codes"
    label = "kernel_codes"
    verbose_name = "二维码与短码"
