from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "renda.kernel.links"
    label = "kernel_links"
    verbose_name = "关联"
