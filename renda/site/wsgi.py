"""The pages, under granian's blocking threads."""

import os

from django.core.wsgi import get_wsgi_application

from renda.site.serve.process import follow_supervisor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renda.site.settings")
follow_supervisor()
application = get_wsgi_application()
