"""The set form: one lock in key order, one statement a table; and a refusal that touches nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from renda.kernel.errors import Invalid, NotFound, Refused, RendaError
from renda.kernel.events.models import Event

from .verbs import House, capturing, house, statements

__all__ = ["house"]


def test_a_set_takes_one_lock_in_key_order_and_one_statement_a_table(house: House) -> None:
    parties = [house.party(name=f"旧{number}") for number in range(20)]
    actor = house.actor(house.home)
    items = [(party.id, {"name": f"新{number}", "also": "岗"}) for number, party in enumerate(parties)]
    with capturing() as captured:
        results = house.rename.many(actor, list(reversed(items)))
    locks = [query["sql"] for query in captured.captured_queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert len(locks) == 1
    assert 'ORDER BY "kernel_parties_party"."id" ASC' in locks[0]
    assert len(statements(captured, "UPDATE", "kernel_parties_party")) == 1
    assert len(statements(captured, "INSERT", "kernel_parties_party")) == 1
    assert len(statements(captured, "INSERT", "kernel_audit_auditentry")) == 1
    assert len(statements(captured, "INSERT", "kernel_events_event")) == 1
    # Results stand in the order given.
    assert [party.id for party in results] == [party.id for party in reversed(parties)]
    assert [entry.outcome for entry in house.trail()] == ["done"] * 20


def test_a_set_of_new_rows_is_one_statement_a_table(house: House) -> None:
    tenant = house.home
    with capturing() as captured:
        made = house.make.many(house.actor(tenant), [{"name": f"人{n}", "tenant": tenant} for n in range(30)])
    assert [party.name for party in made] == [f"人{n}（新）" for n in range(30)]
    for table in ("kernel_parties_party", "kernel_audit_auditentry", "kernel_events_event"):
        assert len(statements(captured, "INSERT", table)) == 1
    assert statements(captured, "UPDATE", "kernel_parties_party") == []


@pytest.mark.parametrize("refusing", ["改两次", "先存后退"])
def test_who_is_refused_is_skipped_and_the_others_are_stored(house: House, refusing: str) -> None:
    parties = [house.party(name=f"旧{number}") for number in range(5)]
    stranger = house.party(house.away, name="旧外")
    names = ["甲", "乙", refusing, "丁", "戊"]
    items = [(party.id, {"name": name, "also": f"岗{name}"}) for party, name in zip(parties, names, strict=True)]
    items.insert(1, (stranger.id, {"name": "不该", "also": "岗不该"}))
    results = house.rename.many(house.actor(house.home), items, skip_refused=True)
    kinds = [type(result) if isinstance(result, RendaError) else result.name for result in results]
    assert kinds == ["甲", NotFound, "乙", Refused, "丁", "戊"]
    assert sorted(house.names()) == sorted(["甲", "乙", "旧2", "丁", "戊", "旧外", "岗甲", "岗乙", "岗丁", "岗戊"])
    told = set(Event.objects.values_list("key", flat=True))
    assert told == {f"party:{party.id}" for number, party in enumerate(parties) if number != 2}
    assert sorted(house.outcomes()) == [
        *[("test.rename", "done", "")] * 4,
        ("test.rename", "refused", "not_found"),
        ("test.rename", "refused", "test.refused"),
    ]


@pytest.mark.django_db(transaction=True)
def test_without_skipping_one_refusal_undoes_the_set(house: House) -> None:
    first, second = house.party(name="旧一"), house.party(name="旧二")
    with pytest.raises(Refused):
        house.rename.many(house.actor(house.home), [(first.id, {"name": "新"}), (second.id, {"name": "改两次"})])
    assert house.names() == ["旧一", "旧二"]
    (entry,) = house.trail()
    assert (entry.outcome, entry.subject_id) == ("refused", second.id)


@pytest.mark.django_db(transaction=True)
def test_a_refused_set_of_new_rows_leaves_its_line_in_the_trail(house: House) -> None:
    tenant = house.home
    with pytest.raises(Invalid):
        house.make.many(house.actor(tenant), [{"name": "一", "tenant": tenant}, {"name": "", "tenant": tenant}])
    assert (house.names(), house.outcomes()) == ([], [("test.make", "refused", "test.empty")])


def test_everybody_refused(house: House) -> None:
    parties = [house.party(house.away, name="旧") for _ in range(4)]
    results = house.rename.many(house.actor(house.home), [(p.id, {"name": "新"}) for p in parties], skip_refused=True)
    assert [type(result) for result in results] == [NotFound] * 4
    assert [entry.subject_id for entry in house.trail()] == [party.id for party in parties]


def test_an_empty_set_asks_nothing(house: House) -> None:
    with capturing() as captured:
        assert house.rename.many(house.actor(house.home), []) == []
    assert captured.captured_queries == []


def test_each_item_has_its_own_moment(house: House) -> None:
    start = datetime(2019, 5, 1, 9, 30, tzinfo=UTC)
    times = [start + timedelta(days=number) for number in range(3)]
    parties = [house.party() for _ in times]
    actor = house.actor(house.home)
    house.rename.many(actor, [(party.id, {"name": "新"}) for party in parties], times=times)
    assert [call[2] for call in house.calls] == times
    assert [entry.occurred_at for entry in house.trail()] == times
    tenant = house.home
    house.make.many(actor, [{"name": "人", "tenant": tenant}] * 3, times=times)
    assert [entry.occurred_at for entry in house.trail()] == times * 2


def test_a_quiet_set_tells_nobody(house: House) -> None:
    party = house.party()
    house.rename.quietly().many(house.actor(house.home), [(party.id, {"name": "新"})])
    assert (house.names(), Event.objects.count()) == (["新"], 0)
