"""The loop across the border: a message is left in the public zone, registered inside, and its receipt comes back."""

from __future__ import annotations

from django.test import Client

from renda.kernel.files.tests import material
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message
from renda.voice.receipts import query_word
from renda.voice.tests.conftest import TEXT, Story
from tests.zones import address, public_zone, publish, take


def stored(story: Story) -> list[Message]:
    with tenant_transaction(story.cast.tenants, durable=False):
        return list(Message.objects.order_by("id"))


def leave(client: Client, story: Story, **given: object) -> str:
    """Post the form behind the station's code; the address of the receipt."""
    form = address("voice:message.submit", story.cast.codes["station"].code)
    answer = client.post(form, {"body": TEXT, "idempotency_key": "a" * 32, **given})
    assert answer.status_code == 303, answer.content.decode()[-3000:]
    return str(answer["Location"])


def test_from_a_code_to_a_receipt(story: Story) -> None:
    publish()
    with public_zone() as client:
        receipt = leave(client, story, photos=material.upload(material.picture()), contact_phone="13800001111")
        waiting = client.get(receipt).content.decode()
        assert "正在登记" in waiting
        assert stored(story) == []
    assert take() == 1
    (message,) = stored(story)
    assert (message.body, message.contact_phone, message.station_id) == (
        TEXT,
        "13800001111",
        story.cast.stations["township"].id,
    )
    with public_zone() as client:
        page = client.get(receipt).content.decode()
        assert message.receipt_number in page
        assert query_word(message.receipt_number) in page
        assert TEXT in page
        assert "13800001111" not in page
