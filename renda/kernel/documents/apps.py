from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "renda.kernel.documents"
    label = "kernel_documents"
    verbose_name = "版式文件"
