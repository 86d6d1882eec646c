from django.apps import AppConfig


class FlowConfig(AppConfig):
    name = "renda.kernel.flow"
    label = "kernel_flow"
    verbose_name = "流程"
