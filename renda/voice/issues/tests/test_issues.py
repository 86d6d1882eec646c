"""What several places speak of is gathered; no voice is lost, merged or shown to whom it does not concern."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions, selectors
from renda.voice.issues.gathering import gather, title_of
from renda.voice.issues.likeness import Clusters, Rarity, cosine, terms
from renda.voice.models import CommonIssue, IssueVoice, Message
from renda.voice.tables import OpinionTable
from renda.voice.tests.conftest import Story

ABOUT_WATER = [
    ("自来水发黄，村民不敢喝", "家里的自来水放出来是黄的，烧开以后还有沉淀，老人小孩都不敢喝。"),
    ("自来水发黄有异味", "这个月自来水一直发黄，还有铁锈味，烧开有沉淀，不敢喝。"),
    ("自来水又黄又浑", "放出来的自来水发黄，沉淀很多，老人都不敢喝，请查一查水厂。"),
]
OTHERS = [
    ("公交车班次太少", "早上等公交车要一个小时，上学上班都迟到，希望增加班次。"),
    ("路灯坏了", "村口路灯坏了三周，晚上看不见路，摔过人。"),
]


def told(story: Story, texts: list[tuple[str, str]], places: list[str]) -> list[Message]:
    made = []
    for (subject, body), place in zip(texts, places, strict=True):
        message = story.submitted(subject=subject, body=body, place=story.cast.places[place])
        made.append(story.tell("presidium_vetter", "accept", message))
    return made


def gathered(story: Story) -> list[set[int]]:
    with tenant_transaction(story.cast.tenants):
        issues = CommonIssue.objects.order_by("pk")
        return [set(issue.voices.filter(taken_out=False).values_list("message_id", flat=True)) for issue in issues]


@pytest.mark.django_db(transaction=True)
class TestGathering:
    def test_the_same_matter_of_several_places_is_one_issue(self, story: Story) -> None:
        same = told(story, ABOUT_WATER, ["village", "township", "village"])
        told(story, OTHERS, ["village", "township"])
        assert gather() == (1, 3)
        assert gathered(story) == [{message.pk for message in same}]
        assert gather() == (0, 0)
        # Every voice stays what it was: nobody's message has changed.
        assert [story.fresh(message).stage for message in same] == ["deputy"] * 3

    def test_a_matter_of_one_place_is_none(self, story: Story) -> None:
        told(story, ABOUT_WATER, ["village"] * 3)
        assert gather() == (0, 0)

    def test_a_later_voice_joins(self, story: Story) -> None:
        told(story, ABOUT_WATER, ["village", "township", "village"])
        gather()
        later = told(story, [("自来水发黄", "自来水放出来发黄，有沉淀，不敢喝。")], ["township"])
        told(story, OTHERS, ["village", "township"])
        assert gather() == (0, 1)
        assert later[0].pk in gathered(story)[0]

    def test_neither_sealed_nor_personal_nor_unvetted_texts_are_gathered(self, story: Story) -> None:
        told(story, ABOUT_WATER[:2], ["village", "township"])
        subject, body = ABOUT_WATER[2]
        story.submitted(subject=subject, body=body)
        personal = story.submitted(subject=subject, body=body)
        story.tell("presidium_vetter", "accept", personal, concerns_person=True)
        sealed = story.submitted(subject=subject, body=body)
        story.tell("presidium_vetter", "redirect", sealed, door="accusation", reason="属于检举控告。")
        assert gather() == (0, 0)

    def test_what_was_taken_out_stays_out(self, story: Story) -> None:
        same = told(story, ABOUT_WATER, ["village", "township", "village"])
        gather()
        with tenant_transaction(story.cast.tenants):
            voice = IssueVoice.objects.get(message=same[0])
        actions.issue_take_out(story.cast.actor("presidium_clerk"), voice.pk)
        gather()
        assert gathered(story) == [{message.pk for message in same[1:]}]

    def test_pages_show_it_to_the_office_and_without_names_to_deputies(self, story: Story, client: Client) -> None:
        same = told(story, ABOUT_WATER, ["village", "township", "village"])
        gather()
        client.force_login(story.cast.people["county_clerk"])
        assert "自来水" in client.get(reverse("voice:issues")).content.decode()
        with tenant_transaction(story.cast.tenants):
            pk = CommonIssue.objects.get().pk
        renamed = client.post(reverse("voice:issue.page", args=[pk]), {"title": "自来水水质"})
        assert renamed.status_code == 303
        kept = client.post(reverse("voice:issue.page", args=[pk]), {"title": "长" * 61})
        assert kept.status_code == 422
        assert "长" * 61 in kept.content.decode()
        client.force_login(story.cast.people["other_deputy"])
        page = client.get(reverse("voice:opinions")).content.decode()
        assert "自来水水质" in page
        assert same[0].receipt_number not in page
        assert story.cast.people["deputy"].name not in page.partition("<main")[2]
        assert client.get(reverse("voice:issues")).status_code == 403

    def test_opinions_hide_what_tells_who_it_was(self, story: Story, client: Client) -> None:
        body = "我住在路口镇，电话 13812345678，请尽快联系我解决自来水问题。"
        told(story, [("请联系 13812345678", body)], ["village"])
        actor = story.cast.actor("other_deputy")
        client.force_login(story.cast.people["other_deputy"])
        page = client.get(reverse("voice:opinions")).content.decode()
        assert "13812345678" not in page
        assert "路口镇" in page
        assert story.cast.places["village"].name not in page.partition("<tbody")[2]
        with tenant_transaction(actor.tenants):
            assert selectors.opinions_for(actor).count() == 1
        assert OpinionTable.files == ()


def test_titles_hold_only_words_of_several() -> None:
    title = title_of(["王小五家自来水发黄", "自来水发黄没人管", "自来水发黄怎么办"])
    assert title.startswith("自来水发黄")
    assert "王小五" not in title


def test_alike_texts_meet_and_others_do_not() -> None:
    bags = [terms(*text) for text in [*ABOUT_WATER, *OTHERS]]
    rarity = Rarity.of(bags)
    vectors = [rarity.vector(bag) for bag in bags]
    assert all(abs(cosine(vector, vector) - 1) < 1e-9 for vector in vectors)
    clusters = Clusters()
    homes = [clusters.take(key, vector)[0] for key, vector in enumerate(vectors)]
    assert homes[0] is homes[1] is homes[2]
    assert len({id(home) for home in homes}) == 3
