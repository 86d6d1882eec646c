"""The pages of the public zone, under granian's blocking threads."""

import os

os.environ["RENDA_ZONE"] = "public"

from renda.site.wsgi import application

__all__ = ["application"]
