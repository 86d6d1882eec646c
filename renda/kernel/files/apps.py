from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "renda.kernel.files"
    label = "kernel_files"
    verbose_name = "文件"
