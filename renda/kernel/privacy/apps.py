from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "renda.kernel.privacy"
    label = "kernel_privacy"
    verbose_name = "个人信息保护"
