from django.apps import AppConfig


class NewsConfig(AppConfig):
    name = "renda.news"
    label = "news"
    verbose_name = "新闻"
