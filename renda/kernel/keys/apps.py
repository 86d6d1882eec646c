from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "renda.kernel.keys"
    label = "kernel_keys"
    verbose_name = "数据密钥"
