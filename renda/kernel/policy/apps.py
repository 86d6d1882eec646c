from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "renda.kernel.policy"
    label = "kernel_policy"
