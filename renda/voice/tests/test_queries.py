"""Pages ask the same number of questions for three rows and for sixty, and never more than fifteen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from renda.kernel.files.api import store
from renda.kernel.files.tests import material
from renda.kernel.parties import Actor
from renda.voice import actions
from renda.voice.models import Message
from renda.voice.tables import MessageTable
from renda.voice.tests.conftest import TEXT, Story

MOST = 15
FEW, MANY = 3, 60
_NO_QUESTION = re.compile(r"SAVEPOINT|RELEASE|SELECT set_config\('renda.tenants', '\{\}'")


def submit(story: Story, count: int) -> list[Message]:
    """Messages for the deputy, taken in by the vetter: each is a to-do of hers."""
    tenant = story.cast.congresses["township"].tenant
    given = {"tenant": tenant, "deputy": story.cast.people["deputy"], "station": story.cast.stations["township"]}
    made = actions.message_submit.many(
        Actor.public([tenant.id]), [{**given, "body": f"{number}：{TEXT}"} for number in range(count)]
    )
    vetter = story.cast.actor("presidium_vetter")
    actions.message_accept.many(vetter, [(message.id, {}) for message in made])
    return made


def talk(story: Story, count: int) -> list[Message]:
    """One message with many contacts, which all stand on its page."""
    message = story.assigned()
    given = {"way": "telephone", "note": "已电话联系，约定周三上门。"}
    officer = story.cast.actor("township_officer")
    actions.message_log_contact.many(officer, [(message.id, given)] * count)
    return [message]


Grow = Callable[[Story, int], list[Message]]
PAGES: dict[str, tuple[str, Grow, Callable[[Message], str]]] = {
    "bench": ("deputy", submit, lambda _: reverse("voice:bench")),
    "bench of the office": ("presidium_assigner", submit, lambda _: reverse("voice:bench")),
    "bench of the unit": ("township_officer", talk, lambda _: reverse("voice:bench")),
    "done": ("presidium_vetter", submit, lambda _: reverse("voice:bench.done")),
    "list": ("presidium_clerk", submit, lambda _: reverse("voice:message.list")),
    "list of the deputy": ("deputy", submit, lambda _: reverse("voice:message.list")),
    "case of the unit": ("township_officer", talk, lambda message: reverse("voice:message.page", args=[message.pk])),
    "case of the office": ("presidium_clerk", talk, lambda message: reverse("voice:message.page", args=[message.pk])),
    "case of the assigner": (
        "presidium_assigner",
        talk,
        lambda message: reverse("voice:message.page", args=[message.pk]),
    ),
    "case of the deputy": ("deputy", submit, lambda message: reverse("voice:message.page", args=[message.pk])),
}


def asked(story: Story, role: str, address: str) -> tuple[int, str]:
    """How many queries a page takes, and which."""
    client = Client()
    client.force_login(story.cast.people[role])
    assert client.get(address).status_code == 200  # the first page of a session notes that it lives
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    # Savepoints stand for BEGIN and COMMIT; giving the scope back is the test's own, for it holds a transaction open.
    asked = [query["sql"] for query in captured.captured_queries if not _NO_QUESTION.match(query["sql"])]
    return len(asked), "\n".join(sql[:160] for sql in asked)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_few_queries_whatever_the_rows(story: Story, name: str) -> None:
    role, grow, address = PAGES[name]
    few, said = asked(story, role, address(grow(story, FEW)[0]))
    assert few <= MOST, said
    many, said = asked(story, role, address(grow(story, MANY)[0]))
    assert many == few, said


# Who has a message at each step of its way, and others who look at it there.
STEPS = {
    "submitted": ("presidium_vetter", "station_manager", "presidium_clerk"),
    "accepted": ("deputy", "presidium_vetter"),
    "referred": ("presidium_assigner", "presidium_chair"),
    "referred_up": ("county_assigner", "county_leader"),
    "assigned": ("township_officer", "presidium_assigner", "deputy"),
    "assigned_in_county": ("case_officer", "handler_head", "county_assigner", "county_supervisor"),
    "answered": ("deputy", "township_officer"),
    "delivered": ("deputy", "presidium_clerk"),
}


@pytest.mark.parametrize(("step", "role"), [(step, role) for step, roles in STEPS.items() for role in roles])
def test_the_page_takes_few_queries_whatever_the_step_and_whoever_looks(story: Story, step: str, role: str) -> None:
    """With everything that a message can carry at that step: photos, a contact to reveal, what was talked over."""
    story.left |= {"photos": [store(material.upload(material.picture()))], "contact_phone": "13800001111"}
    message = getattr(story, step)()
    if message.assigned_at is not None and message.answered_at is None:
        officer = "township_officer" if step == "assigned" else "case_officer"
        story.tell(officer, "log_contact", message, way="telephone", note="已电话联系。")
    asked_for, said = asked(story, role, reverse("voice:message.page", args=[message.pk]))
    assert asked_for <= MOST, said


def test_a_full_page_stands_on_the_list(story: Story) -> None:
    """Else the test above could count the queries of an empty list."""
    submit(story, MANY)
    client = Client()
    client.force_login(story.cast.people["presidium_clerk"])
    page = client.get(reverse("voice:message.list")).content.decode()
    assert page.count("早餐店") >= MessageTable.page_size
