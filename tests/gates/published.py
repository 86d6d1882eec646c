"""The public part of the small city."""

from __future__ import annotations

from typing import Any

from renda.kernel.files.api import files_of, store
from renda.kernel.files.tests import material
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions
from renda.voice.actions.publishing import ShownPhoto
from renda.voice.tests.conftest import Story
from tests.people import Cast


def add_published(cast: Cast, rows: dict[str, Any]) -> None:
    """A message that everybody may read, with a photo, and somebody who joined it; and one that may become public."""
    left = {"may_publish": True, "photos": [store(material.upload(material.picture()))]}
    message = rows["published"] = Story(cast, left=left).delivered()
    rows["consented"] = Story(cast, left={"may_publish": True}).delivered()
    with tenant_transaction(cast.tenants, durable=False):
        photo = files_of(message).get()
    shown = ShownPhoto(photo.pk, (), store(material.upload(material.picture())))
    given = {"subject": "早餐店", "body": "社区附近没有早餐店。", "answer": "已引进两家。"}
    actions.message_publish(cast.actor("presidium_vetter"), message.pk, **given, photos=[shown])
    rows["joiner"] = actions.joiner_join(
        Actor.public([message.tenant_id]), message=message, receipt_number="2609-JJJJJJJJ", contact_phone="13800002222"
    )
