"""The generator: deterministic, various, consistent with itself and with the sorter."""

import re
from collections import Counter
from datetime import date
from random import Random
from typing import get_args

import pytest

from renda.voice.generator import (
    Outcome,
    SyntheticMessage,
    answer,
    categories,
    comment,
    deputy_note,
    generate,
    outcomes,
)
from renda.voice.generator.grammar import expand, fitting, issues
from renda.voice.generator.writer import Mood, common, situations
from renda.voice.sorter.categories import categories as tree
from renda.voice.sorter.classify import classify
from renda.voice.sorter.remit import check
from renda.voice.sorter.unit import departments, propose

OUTCOMES: tuple[Outcome, ...] = ("yes", "on_the_spot", "in_progress", "planned", "explained")
LATER = date(2026, 3, 31)
PLACES = [("路口镇", "花园社区居民委员会"), ("陈策楼镇", "苏家铺村民委员会"), ("七里坪镇", "新桥村村民委员会")]


def messages(number: int, seed: int = 1) -> list[SyntheticMessage]:
    rng = Random(seed)
    return [generate(rng, *rng.choice(PLACES)) for _ in range(number)]


def test_same_seed_same_texts() -> None:
    assert messages(50) == messages(50)
    assert messages(50) != messages(50, seed=2)


def test_two_years_of_messages_do_not_repeat_themselves() -> None:
    """From three places only; a city has four thousand."""
    bodies = Counter(message.body for message in messages(6000))
    assert bodies.most_common(1)[0][1] <= 4
    assert len(bodies) > 5700


def test_nothing_is_left_unfilled() -> None:
    rng = Random(3)
    for message in messages(1500):
        texts = [message.subject, message.body, deputy_note(rng, message)]
        texts += [answer(rng, message, outcome, LATER) for outcome in OUTCOMES]
        for text in texts:
            assert text
            assert not re.search(r"[(){}|@]|，。|。。|，，|：，", text), text


def test_village_names_are_written_as_people_write_them() -> None:
    assert {message.slots["village"] for message in messages(60)} == {"花园社区", "苏家铺村", "新桥村"}


def test_villages_have_no_property_managers_and_communities_no_ditches() -> None:
    rng = Random(5)
    for _ in range(300):
        assert situations()[generate(rng, *PLACES[0]).situation].where != "rural"
        assert situations()[generate(rng, *PLACES[1]).situation].where != "urban"


@pytest.mark.parametrize("category", categories())
def test_category_can_be_chosen(category: str) -> None:
    assert generate(Random(1), *PLACES[1], category=category).category == category


def test_unknown_category_is_refused() -> None:
    with pytest.raises(ValueError, match="没有这一类别"):
        generate(Random(1), *PLACES[0], category="天文")


def test_promises_name_their_date() -> None:
    message = messages(1)[0]
    assert "2026年3月31日" in answer(Random(1), message, "in_progress", LATER)
    with pytest.raises(ValueError, match="承诺日期"):
        answer(Random(1), message, "planned")


def test_every_issue_has_a_fact_and_every_table_is_known() -> None:
    assert len(situations()) >= 40
    assert len(categories()) >= 10
    for situation in situations().values():
        assert situation.unit in departments(), situation.key
        assert situation.second in tree()[situation.category], situation.key
        for subject in situation.texts["subject"]:
            for issue in issues(subject) or "0":
                assert fitting(situation.texts["fact"], issue), (situation.key, issue)


def test_answers_of_an_issue_do_not_speak_of_another() -> None:
    rng = Random(9)
    lifts = [m for m in messages(4000) if m.situation == "property_management" and m.issue == "2"]
    assert lifts
    for message in lifts:
        assert "收费" not in answer(rng, message, "yes")


def test_outcomes_with_words_of_their_own() -> None:
    seen = {(m.situation, m.issue): outcomes(m) for m in messages(3000)}
    assert all(set(told) <= set(OUTCOMES) for told in seen.values())
    assert sum(len(told) >= 2 for told in seen.values()) > 0.7 * len(seen)
    assert all("on_the_spot" not in told for (situation, _), told in seen.items() if situation == "pension")


def test_contacts_are_nobodys() -> None:
    made = messages(400)
    assert all(re.fullmatch(r"1400\d{7}", m.contact_telephone) for m in made if m.contact_telephone)
    assert 0.1 < sum(not m.contact_name for m in made) / len(made) < 0.4


def test_ratings_have_words() -> None:
    rng = Random(1)
    for mood in get_args(Mood):
        assert len({comment(rng, mood) for _ in range(60)}) >= 4


def test_the_sorter_mostly_agrees() -> None:
    """Messages of the learnt categories: a check of both, not a measure of the sorter."""
    learnt = [
        m
        for m in messages(800)
        if m.category in {"城乡建设", "环境保护", "交通运输", "商贸旅游", "卫生计生", "教育文体", "劳动和社会保障"}
    ]
    right = sum(classify(m.subject, m.body).category == m.category for m in learnt)
    assert right / len(learnt) > 0.7
    assert sum(m.unit in [g.kind for g in propose(m.subject, m.body, m.category)] for m in learnt) / len(learnt) > 0.75


def test_messages_are_within_the_remit() -> None:
    outside = [m for m in messages(1000) if {s.key for s in check(m.subject, m.body)} - {"petition"}]
    assert len(outside) <= 10


def test_grammar() -> None:
    assert expand("(a|a)(|)b{c}", Random(1), {"c": "(|)"}) == "ab(|)"
    assert fitting(["@1 一", "@12 一二", "无"], "2") == ["一二", "无"]
    assert set(common()["comment"]) == {"satisfied", "fair", "dissatisfied", "deputy_process"}
