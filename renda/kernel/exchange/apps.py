from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "renda.kernel.exchange"
    label = "kernel_exchange"
