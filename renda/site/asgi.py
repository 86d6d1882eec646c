"""The live process (server-sent events); pages are served by ``renda.site.wsgi``."""

import os

import django

from renda.site.serve.process import follow_supervisor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renda.site.settings")
follow_supervisor()
django.setup(set_prefix=False)

from renda.kernel.events.live import Live  # noqa: E402 - Django must be set up first

application = Live()
