from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "renda.kernel.notices"
    label = "kernel_notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from renda.kernel.ui import menu

        menu.register(
            menu.Entry(
                "notices", "通知", "notice.list", icon="bell", order=90, visible=lambda actor: actor.is_signed_in
            )
        )
