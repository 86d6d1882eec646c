from django.apps import AppConfig


class CongressConfig(AppConfig):
    name = "renda.congress"
    label = "congress"
    verbose_name = "人大组织与代表"

    def ready(self) -> None:
        from renda.congress.divisions import division_of
        from renda.congress.second_factors import AuthenticatorPlace
        from renda.congress.who import posts_named
        from renda.kernel.deadlines.api import register_place_of
        from renda.kernel.keys.api import register_place
        from renda.kernel.parties import register_resolver

        register_resolver(posts_named)
        register_place(AuthenticatorPlace())
        register_place_of(division_of)
