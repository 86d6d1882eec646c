from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from renda.kernel.flow import library
from renda.kernel.notices import subscriptions
from renda.kernel.notices.api import Found, SubscriptionKind
from renda.voice import sorting
from tests import people
from tests.gates import city as gates
from tests.gates import credentials
from tests.gates.city import City


@pytest.fixture(autouse=True)
def _channels(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels are open (their jobs are not run here), passkeys may be used, and there is something to subscribe to."""
    settings.EMAIL_HOST = "127.0.0.1"
    settings.RENDA_ALIYUN_SMS = dict.fromkeys(settings.RENDA_ALIYUN_SMS, "x")
    settings.RENDA_OIDC = {
        **settings.RENDA_OIDC,
        "issuer": credentials.ISSUER,
        "client_id": "x",
        "client_secret": "x",
    }
    settings.RENDA_PASSKEY_HOST = "localhost"
    settings.MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
    # The county's transport bureau stands for the hotline.
    settings.RENDA_HOTLINE = {"unit": "黄州区交通运输局", "url": "", "app": "", "secret": ""}
    kind = SubscriptionKind("gates.place", "地方", lambda _, target: target, lambda *_: Found())
    monkeypatch.setitem(subscriptions.SUBSCRIPTION_KINDS, kind.key, kind)


@pytest.fixture(scope="package")
def city(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[City]:
    """Built once; the whole package's tests share its transaction, which is never committed."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        # As Django's TestCase does: a durable block may stand in this one.
        whole._from_testcase = True
        with whole:
            library.forget()
            sorting.forget()
            library.publish_shipped()
            yield gates.build(people.build())
            transaction.set_rollback(True)
        library.forget()
        sorting.forget()
        connection.close()
