from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "renda.kernel.parties"
    label = "kernel_parties"
