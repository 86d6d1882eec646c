from django.apps import AppConfig


class SavedFiltersConfig(AppConfig):
    name = "renda.kernel.saved_filters"
    label = "kernel_saved_filters"
    verbose_name = "常用筛选"
