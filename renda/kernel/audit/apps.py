from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "renda.kernel.audit"
    label = "kernel_audit"
