"""What a press costs: statements of one submission over HTTP, and of taking many messages in."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renda.kernel.exchange import inbox
from renda.voice.tests.conftest import TEXT, Story
from tests.zones import address, public_zone, publish

MOST = 8
# Taken in and registered together, whatever their number; each is a message with its case, to-do and audit line.
MOST_INSIDE = 60


@pytest.mark.parametrize("key", ["station", "deputy", "district"])
def test_a_submission_takes_few_statements(story: Story, key: str) -> None:
    publish()
    form = address("voice:message.submit", story.cast.codes[key].code)
    with public_zone() as client:
        assert client.post(form, {"body": TEXT}).status_code == 303
        with CaptureQueriesContext(connection) as captured:
            assert client.post(form, {"body": TEXT}).status_code == 303
    told = "\n".join(f"{number} {query['sql'][:150]}" for number, query in enumerate(captured.captured_queries, 1))
    assert len(captured) <= MOST, told


def test_taking_in_costs_the_same_for_three_and_for_thirty(story: Story) -> None:
    publish()
    form = address("voice:message.submit", story.cast.codes["station"].code)
    asked = []
    for count in (1, 3, 30):  # the first one warms
        with public_zone() as client:
            for number in range(count):
                assert client.post(form, {"body": f"{count}-{number}{TEXT}"}).status_code == 303
        with CaptureQueriesContext(connection) as captured:
            assert inbox.pull() == count
            assert inbox.handle() == count
        # A new block of ids is nobody's statement.
        asked.append(sum("kernel_id_seq" not in query["sql"] for query in captured.captured_queries))
    assert asked[1] == asked[2] <= MOST_INSIDE
