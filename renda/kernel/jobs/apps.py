from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Stands after ``procrastinate.contrib.django`` in INSTALLED_APPS: it fills that app."""

    name = "renda.kernel.jobs"
    label = "kernel_jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        from renda.kernel.jobs import checks, registry

        autodiscover_modules("jobs")
        registry.register()
        register(checks.deferred_jobs_exist)
