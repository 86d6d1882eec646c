"""The database of the tests: made and migrated by renda_owner, used by renda_app, as on a real site."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.test.runner import DiscoverRunner
from pytest_django import DjangoDbBlocker


@pytest.fixture(autouse=True)
def _public_zone_is_emptied(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Django empties the tables of its models between tests that commit; those of the public zone have none."""
    yield
    mark = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (mark and mark.kwargs.get("transaction")):
        with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
            cursor.execute("DELETE FROM public_zone.inbound")
            cursor.execute("DELETE FROM public_zone.published")


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    from django.test.utils import setup_databases

    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    connection = connections["default"]
    owner = {"USER": "renda_owner"}
    app = {"USER": "renda_app"}
    connection.settings_dict.update(owner)
    connection.settings_dict["TEST"]["NAME"] = f"test_{settings.DATABASES['default']['NAME']}{worker}"
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=bool(os.environ.get("RENDA_KEEP_TEST_DB")))
        with connection.cursor() as cursor:
            # Only here: Django's flush between transactional tests needs it.
            cursor.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO renda_app")
        connection.close()
        connection.settings_dict.update(app)
    yield
    with django_db_blocker.unblock():
        # Threads of tests may have left connections behind; a role may end its own.
        for role in (app, owner):
            connection.close()
            connection.settings_dict.update(role)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
                )
        connection.close()
        DiscoverRunner(verbosity=0, keepdb=bool(os.environ.get("RENDA_KEEP_TEST_DB"))).teardown_databases(made)
