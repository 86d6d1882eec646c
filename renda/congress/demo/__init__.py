from renda.congress.demo.city import build

__all__ = ["build"]
