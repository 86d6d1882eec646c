from django.apps import AppConfig


class SecrecyConfig(AppConfig):
    name = "renda.kernel.secrecy"
    label = "kernel_secrecy"
