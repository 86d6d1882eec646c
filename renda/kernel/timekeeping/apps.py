from django.apps import AppConfig


class TimekeepingConfig(AppConfig):
    name = "renda.kernel.timekeeping"
    label = "kernel_timekeeping"
    verbose_name = "工作日历与时限规则"
