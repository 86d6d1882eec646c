"""The pages of the three administrators: in words, with names, and nothing of the business in them."""

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse

from renda.congress.actions import mandate_end, person_reveal
from renda.congress.browsers import browser_in_words
from renda.congress.tests.test_pages import enter
from renda.kernel.errors import Forbidden
from tests.people import Cast


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 14; X) AppleWebKit/537.36 Chrome/130.0 MicroMessenger/8.0", "安卓上的微信"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Windows上的Edge",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "苹果手机上的Safari"),
        ("curl/8.0", "其他程序"),
    ],
)
def test_a_browser_is_named_as_its_owner_knows_it(user_agent: str, words: str) -> None:
    assert browser_in_words(user_agent) == words


def test_the_trail_is_read_in_titles_names_and_reasons(cast: Cast) -> None:
    office, deputy = cast.actor("business_administrator"), cast.people["deputy"]
    person_reveal(office, deputy.party_id, reason="接待日联系")
    with pytest.raises(Forbidden):
        person_reveal(cast.actor("presidium_vetter"), deputy.party_id, reason="看看")
    mandate_end(office, cast.mandates["other_deputy"].id, ground="resigned", decision="第十次会议接受辞职")
    client, url = enter(cast, "audit_administrator"), reverse("congress:audit")
    shown = client.get(url).content.decode()
    for words in (
        "查看联系方式",
        "代表甲",
        cast.people["business_administrator"].name,
        "接待日联系",
        "第十次会议接受辞职",
        "被拒绝",
    ):
        assert words in shown
    assert "person.reveal<" not in shown
    assert "第十次会议接受辞职" not in client.get(url, {"q": "查看联系方式"}).content.decode()
    assert "第十次会议接受辞职" in client.get(url, {"q": cast.people["business_administrator"].name}).content.decode()


def test_the_system_administrators_page_counts_in_words(cast: Cast) -> None:
    shown = enter(cast, "system_administrator").get(reverse("congress:system")).content.decode()
    assert "乡级" in shown
    assert "township" not in shown


def test_sessions_are_listed_each_with_its_press_but_ones_own(cast: Cast) -> None:
    client = enter(cast, "security_administrator")
    for role, key in (("deputy", "a" * 32), ("security_administrator", client.session.session_key)):
        UserSession.objects.update_or_create(
            session_key=key,
            defaults={"user": cast.people[role], "ip": "192.0.2.7", "user_agent": "Firefox/140.0 Linux"},
        )
    shown = client.get(reverse("congress:session.list")).content.decode()
    assert f"结束{cast.people['deputy'].name}的会话" in shown
    assert shown.count("当前会话") == 1
