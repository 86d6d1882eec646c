"""Every figure agrees with the list that it leads to, at every level; the trail alone says what to count again."""

from __future__ import annotations

import statistics
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel import clock
from renda.kernel.audit.jobs import seal_all
from renda.kernel.tenancy import tenant_transaction
from renda.voice import selectors
from renda.voice.models import MonthFigure
from renda.voice.statistics import counting
from renda.voice.statistics.areas import Area, directly_below
from renda.voice.statistics.counting import count_changed
from renda.voice.statistics.forms import months_before
from renda.voice.statistics.measures import MEASURES
from renda.voice.statistics.reading import GROUPS, Line, Question, percentile, read
from renda.voice.tables import MessageTable
from renda.voice.tests.conftest import Story

pytestmark = pytest.mark.django_db(transaction=True)
SEEN_BY = {"city": "city_vetter", "county": "county_clerk", "township": "presidium_clerk"}


def count() -> int:
    seal_all()
    return count_changed()


def lived(story: Story) -> None:
    """Messages of every fate, in two townships and the county."""
    story.submitted()
    story.submitted(place=story.cast.places["village"])
    story.referred()
    sent_back = story.assigned()
    story.tell("township_officer", "send_back", sent_back, reason="不属本单位。")
    story.answered(solved="explained")
    for process, result, comment in (
        ("satisfied", "satisfied", ""),
        ("fair", "fair", ""),
        ("fair", "dissatisfied", "没修好"),
    ):
        done = story.delivered()
        story.tell(
            "presidium_clerk", "record_rating", done, by="constituent", process=process, result=result, comment=comment
        )
    story.tell("station_manager", "judge", done, verdict="redo", note="确未修好，请重办。")
    story.assigned_in_county()


def question(story: Story, congress: str, by: str = "place") -> Question:
    month = clock.today().replace(day=1)
    return Question(Area(story.cast.tenant(congress)), months_before(month, 1), month, by=by)


def rows_behind(story: Story, role: str, url: str) -> int:
    actor = story.cast.actor(role)
    table = MessageTable(RequestFactory().get(url), selectors.for_lists(selectors.messages_for(actor)))
    assert not table.form.errors
    return int(table.narrowed.count())


@pytest.mark.parametrize("congress", SEEN_BY)
def test_every_figure_leads_to_exactly_its_rows(story: Story, congress: str) -> None:
    lived(story)
    count()
    role = SEEN_BY[congress]
    seen: set[str] = set()
    with tenant_transaction(story.cast.actor(role).tenants):
        for by in GROUPS:
            lines, total = read(question(story, congress, by))
            assert total.counts["received"] == 9
            for measure in MEASURES:
                assert sum(line.counts[measure] for line in lines) == total.counts[measure]
            for line in [*lines, total]:
                for measure, value in line.counts.items():
                    assert rows_behind(story, role, line.url(measure)) == value, (by, line.name, measure)
                    seen |= {measure} if value else set()
    assert seen == set(MEASURES)


def test_a_change_is_counted_once_the_trail_tells_of_it(story: Story) -> None:
    message = story.submitted()
    assert count() == 1
    assert count() == 0
    story.tell("presidium_vetter", "accept", message)
    assert count() == 1
    with tenant_transaction(story.cast.tenants):
        _, total = read(question(story, "city"))
    assert (total.counts["received"], total.counts["accepted"]) == (1, 1)


def test_a_count_that_breaks_off_is_done_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.submitted()
    seal_all()
    whole = counting.count_month

    def broken(*args: Any) -> None:
        whole(*args)
        raise RuntimeError

    monkeypatch.setattr(counting, "count_month", broken)
    with pytest.raises(RuntimeError):
        count_changed()
    monkeypatch.setattr(counting, "count_month", whole)
    assert count_changed() == 1
    with tenant_transaction(story.cast.tenants):
        _, total = read(question(story, "city"))
    assert total.counts["received"] == 1


def test_sealed_texts_are_in_no_figure(story: Story) -> None:
    message = story.submitted()
    story.tell("presidium_vetter", "redirect", message, door="accusation", reason="属于检举控告。")
    count()
    with tenant_transaction(story.cast.tenants):
        assert read(question(story, "township"))[1].counts["received"] == 0


def test_another_congress_sees_none_of_the_figures(story: Story) -> None:
    story.submitted()
    count()
    with tenant_transaction([story.cast.tenant("other_county")]):
        assert not MonthFigure.objects.exists()


def test_the_page_asks_the_same_questions_for_few_and_many(story: Story, client: Client) -> None:
    client.force_login(story.cast.people["county_clerk"])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("voice:statistics")).status_code == 200
        return len(queries)

    story.submitted()
    count()
    few = asked()
    lived(story)
    count()
    assert asked() <= few <= 20


def test_the_report_carries_a_footnote_for_every_number(story: Story, client: Client) -> None:
    lived(story)
    count()
    client.force_login(story.cast.people["county_clerk"])
    answer = client.get(reverse("voice:statistics.report"))
    with ZipFile(BytesIO(answer.content)) as file:
        body, notes = file.read("word/document.xml").decode(), file.read("word/footnotes.xml").decode()
        assert "footnotes.xml" in file.read("word/_rels/document.xml.rels").decode()
        assert "footnotes+xml" in file.read("[Content_Types].xml").decode()
    assert body.count("footnoteReference") == notes.count("HYPERLINK") > 20
    assert "figure=answered" in notes


@given(st.dictionaries(st.integers(0, 90), st.integers(1, 5), min_size=1))
def test_percentiles_are_those_of_the_values_written_out(days: dict[int, int]) -> None:
    values = sorted(value for value, times in days.items() for _ in range(times))
    assert percentile(days, 0.5) == statistics.median(values)
    assert percentile(days, 0.9) == values[-(-9 * len(values) // 10) - 1]


def test_the_parents_decide_where_a_place_lies() -> None:
    village = ["421102100001", "421102101000", "421102000000", "421100000000"]
    assert directly_below("421100000000", village) == "421102000000"
    assert directly_below("421102000000", village) == "421102101000"
    assert directly_below("421102101000", village) == "421102100001"
    assert directly_below("421102100001", village) == ""
    assert directly_below("429000000000", village) == ""
    assert Line("", {}).median is None
    assert months_before(date(2026, 1, 1), 1) == date(2025, 12, 1)
