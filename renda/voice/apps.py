from django.apps import AppConfig


class VoiceConfig(AppConfig):
    name = "renda.voice"
    label = "voice"
    verbose_name = "群众留言"
