from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "renda.kernel.events"
    label = "kernel_events"
    verbose_name = "实时消息"
