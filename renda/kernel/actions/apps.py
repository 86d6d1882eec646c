from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "renda.kernel.actions"
    label = "kernel_actions"
