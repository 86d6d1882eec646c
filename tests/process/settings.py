"""The site's own settings, and one slow page: a request that is under way when the site is told to stop."""

from renda.site.settings import *  # noqa: F403 - a settings module is a namespace

ROOT_URLCONF = "tests.process.urls"
