from renda.congress.views.sign_in import account, end_session, sign_in

__all__ = ["account", "end_session", "sign_in"]
