from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "renda.kernel.personal"
    label = "kernel_personal"
    verbose_name = "个人信息的保存与查询"
