from renda.congress.actions.places import place_import

__all__ = ["place_import"]
