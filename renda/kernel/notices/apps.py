from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "renda.kernel.notices"
    label = "kernel_notices"
    verbose_name = "通知"
