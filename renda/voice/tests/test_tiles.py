"""A figure of the bench opens its rows, all of them and no others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from renda.kernel import clock
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message
from renda.voice.tests.conftest import Story

pytestmark = pytest.mark.django_db


def test_what_was_concluded_this_month_opens(story: Story) -> None:
    concluded = [story.accepted(), story.accepted(), story.accepted()]
    long_ago = clock.now() - timedelta(days=62)
    with tenant_transaction(story.cast.tenants, durable=False):
        Message.objects.filter(pk__in=[one.pk for one in concluded[:2]]).update(concluded_at=clock.now())
        Message.objects.filter(pk=concluded[2].pk).update(concluded_at=long_ago)
    browser = Client()
    browser.force_login(story.cast.people["presidium_clerk"])
    shown: Any = browser.get("/bench/").context
    tile = next(tile for tile in shown["tiles"] if tile.label == "本月办结")
    rows = browser.get(tile.url).context["table"].objects
    assert tile.value == len(rows) == 2
    assert {row.pk for row in rows} == {one.pk for one in concluded[:2]}


def test_a_unit_counts_what_it_leads(story: Story) -> None:
    led, of_another = story.assigned(), story.assigned_in_county()
    with tenant_transaction(story.cast.tenants, durable=False):
        Message.objects.filter(pk__in=[led.pk, of_another.pk]).update(concluded_at=clock.now())
    browser = Client()
    browser.force_login(story.cast.people["township_officer"])
    shown: Any = browser.get("/bench/").context
    tile = next(tile for tile in shown["tiles"] if tile.label == "本月办结")
    page = browser.get(tile.url)
    assert tile.value == len(page.context["table"].objects) == 1
    assert page.context["table"].objects[0].pk == led.pk
    assert story.cast.organisations["township_officer"].name in page.content.decode()
