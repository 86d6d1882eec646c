"""The site's own settings, and one slow page: a request that is under way when the site is told to stop."""

from renda.site.settings import *  # noqa: F403 - a settings module is a namespace
from renda.site.settings import RENDA_ZONE, ROOT_URLCONF

if RENDA_ZONE == "inner":
    ROOT_URLCONF = "tests.process.urls"
