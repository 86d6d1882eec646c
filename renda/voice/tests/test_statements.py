"""What a press costs: statements of one submission over HTTP, BEGIN and COMMIT counted."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from renda.kernel.flow import library
from renda.voice import sorting
from renda.voice.tests.conftest import TEXT
from tests import people

MOST = 16


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["station", "deputy", "district"])
def test_a_submission_takes_few_statements(key: str) -> None:
    cast = people.build()
    library.forget()
    library.publish_shipped()
    sorting.forget()
    address = reverse("voice:message.submit", args=[cast.codes[key].code])
    client = Client()
    assert client.post(address, {"body": TEXT}).status_code == 303
    with CaptureQueriesContext(connection) as captured:
        assert client.post(address, {"body": TEXT}).status_code == 303
    told = "\n".join(f"{number} {query['sql'][:150]}" for number, query in enumerate(captured.captured_queries, 1))
    assert len(captured) <= MOST, told
