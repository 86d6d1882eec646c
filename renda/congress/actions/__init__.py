from renda.congress.actions.demo import demo_build, demo_sign_ins
from renda.congress.actions.places import place_import

__all__ = ["demo_build", "demo_sign_ins", "place_import"]
