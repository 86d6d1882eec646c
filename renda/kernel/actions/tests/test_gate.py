"""The gate's order never varies: scope, lock, the row (404), permission (403), work, flush, trail, one commit."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from renda.kernel import clock, jobs
from renda.kernel.actions import gate
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.events.models import Event
from renda.kernel.jobs import registry as job_registry
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding, Party
from renda.kernel.privacy.api import fingerprint
from renda.kernel.tenancy import current_scope

from .verbs import House, capturing, house, parties_for, statements

__all__ = ["house"]

LONG = "很长的文字" * 100


# --- order --------------------------------------------------------------------------------------------------------------


def test_a_row_that_does_not_exist_for_the_actor_comes_before_what_she_may_not(house: House) -> None:
    party = house.party(house.away)
    with pytest.raises(NotFound):
        house.rename(house.actor(house.home, kind="nobody"), party.id, name="新名")
    with pytest.raises(Forbidden):
        house.rename(house.actor(house.away, kind="nobody"), party.id, name="新名")
    assert (house.calls, house.names()) == ([], ["旧名"])


def test_a_right_elsewhere_is_no_right_here(house: House) -> None:
    party = house.party(house.away)
    tester = house.actor(house.home)
    both = Actor("person", "甲", tester.party_id, tester.posts, frozenset([house.home.id, house.away.id]))
    with pytest.raises(Forbidden):
        house.rename(both, party.id, name="新名")
    assert house.calls == []


def test_what_is_made_elsewhere_is_asked_again(house: House) -> None:
    with pytest.raises(Forbidden):
        house.make(house.actor(house.home, kind="nobody"), name="新人", tenant=house.home)
    assert house.calls == []
    with pytest.raises(Forbidden):
        house.make(house.actor(house.home), name="新人", tenant=house.away)
    assert house.names() == []


def test_the_case_is_locked_before_the_subject_and_the_subject_before_the_work(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = house.party()
    order: list[object] = []

    def locker(ctx: Context, cases: object) -> None:
        assert isinstance(cases, QuerySet)
        order.append(("cases", [row["tenant_id"] for row in cases]))
        assert statements_with("FOR NO KEY UPDATE") == []

    def statements_with(text: str) -> list[str]:
        return [query["sql"] for query in captured.captured_queries if text in query["sql"]]

    monkeypatch.setattr(gate, "_case_lockers", [locker])

    @existing("test.look", title="看", select=parties_for, case_field="tenant_id")
    def look(ctx: Context, party: Party) -> None:
        order.append(("work", current_scope()))
        (locked,) = statements_with("FOR NO KEY UPDATE")
        assert locked.endswith('FOR NO KEY UPDATE OF "kernel_parties_party"')

    actor = house.actor(house.home)
    with capturing() as captured:
        look(actor, party.id)
    assert order == [("cases", [house.home.id]), ("work", actor.tenants)]


# --- one transaction ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["改两次", "先存后退"])
@pytest.mark.django_db(transaction=True)
def test_a_refusal_leaves_its_line_in_the_trail_and_nothing_else(house: House, name: str) -> None:
    party, actor = house.party(), house.actor(house.home)
    with pytest.raises(Refused):
        house.rename(actor, party.id, name=name, also="多余的", secret="13800001111")
    assert (house.names(), Event.objects.count()) == (["旧名"], 0)
    (entry,) = house.trail()
    assert (entry.action, entry.outcome, entry.code) == ("test.rename", "refused", "test.refused")
    assert (entry.actor_id, entry.tenant_id, entry.subject_id) == (actor.party_id, house.home.id, party.id)
    assert "13800001111" not in entry.payload


@pytest.mark.django_db(transaction=True)
def test_a_fault_leaves_nothing_at_all(house: House) -> None:
    party = house.party()
    with pytest.raises(ZeroDivisionError):
        house.rename(house.actor(house.home), party.id, name="坏了", also="多余的")
    assert (house.names(), house.trail(), Event.objects.count()) == (["旧名"], [], 0)


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_at_the_end_leaves_nothing(house: House) -> None:
    @new("test.break", title="坏的外键")
    def break_off(ctx: Context, *, tenant_id: int) -> Party:
        party = Party(kind="person", name="孤儿", tenant_id=tenant_id)
        ctx.insert(party)
        return party

    with pytest.raises(IntegrityError):
        break_off(house.actor(house.home), tenant_id=7)
    assert (house.names(), house.trail()) == ([], [])


def test_a_deferred_job_is_a_row_of_the_transaction(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_registry, "JOBS", {})
    jobs.job("test.note")(lambda **_: None)

    @new("test.defer", title="稍后")
    def later(ctx: Context, *, count: int, refuse: bool = False) -> None:
        for number in range(count):
            ctx.defer("test.note", number=number)
        if refuse:
            raise Refused

    with pytest.raises(Refused):
        later(house.actor(house.home), count=2, refuse=True)
    assert queued() == []
    with capturing() as captured:
        later(house.actor(house.home), count=3)
    assert queued() == [0, 1, 2]
    assert len([query for query in captured.captured_queries if "procrastinate" in query["sql"]]) == 1
    with pytest.raises(jobs.UnknownJobError):
        unknown(house)
    assert queued() == [0, 1, 2]


def unknown(house: House) -> None:
    @new("test.unknown", title="没有的")
    def work(ctx: Context) -> None:
        ctx.defer("test.note", number=9)
        ctx.defer("test.nobody")

    work(house.actor(house.home))


def queued() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'number')::int FROM procrastinate_jobs WHERE task_name = 'test.note' ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]


# --- the unit of work -------------------------------------------------------------------------------------------------------


def test_an_update_of_a_new_row_is_part_of_its_insert(house: House) -> None:
    with capturing() as captured:
        house.make(house.actor(house.home), name="新人", tenant=house.home)
    assert house.names() == ["新人（新）"]
    assert len(statements(captured, "INSERT", "kernel_parties_party")) == 1
    assert statements(captured, "UPDATE", "kernel_parties_party") == []


def test_children_may_be_stored_before_their_parents(house: House) -> None:
    with capturing() as captured:
        house.hold(house.actor(house.home), tenant=house.home)
    tables = [query["sql"].split('"')[1] for query in captured.captured_queries if "INSERT INTO" in query["sql"]]
    # The mark: a person's published copy follows her row.
    assert tables == [
        "kernel_parties_holding",
        "kernel_parties_party",
        "kernel_audit_auditentry",
        "kernel_exchange_mark",
    ]
    holding = Holding.objects.select_related("person", "post").get()
    assert (holding.person.name, holding.post.name) == ("人", "岗")


def test_a_row_that_is_updated_twice_is_written_once(house: House) -> None:
    party = house.party()

    @existing("test.twice", title="两次", select=parties_for)
    def twice(ctx: Context, party: Party) -> None:
        party.name = "第一次"
        ctx.update(party, "name")
        party.name, party.is_active = "第二次", False
        ctx.update(party, "name", "is_active")

    with capturing() as captured:
        twice(house.actor(house.home), party.id)
    (update,) = statements(captured, "UPDATE", "kernel_parties_party")
    assert "第二次" in update
    party.refresh_from_db()
    assert (party.name, party.is_active) == ("第二次", False)


@pytest.mark.django_db(transaction=True)
def test_the_statements_of_one_act(house: House) -> None:
    """Scope, the locked row, the mark of its published copy, the update, the trail, the event; nothing else."""
    party = house.party()
    with capturing() as captured:
        house.rename(house.actor(house.home), party.id, name="新名")
    words = [query["sql"].split()[0] for query in captured.captured_queries]
    assert words == ["BEGIN", "SELECT", "SELECT", "INSERT", "INSERT", "UPDATE", "INSERT", "COMMIT"]


# --- joined -------------------------------------------------------------------------------------------------------------------


def test_a_joined_action_asks_its_own_permission_and_leaves_its_own_line(house: House) -> None:
    party = house.party()

    @existing("test.outer", title="外层", select=parties_for)
    def outer(ctx: Context, party: Party) -> None:
        house.rename.join(ctx, party, name="经外层")
        house.make.join(ctx, name="顺带", tenant=house.home)

    with pytest.raises(Forbidden):
        outer(house.actor(house.home, kind="nobody"), party.id)
    assert house.names() == ["旧名"]
    outer(house.actor(house.home), party.id)
    assert house.names() == ["经外层", "顺带（新）"]
    assert house.outcomes() == [
        ("test.outer", "refused", "test.rename"),
        ("test.rename", "done", ""),
        ("test.make", "done", ""),
        ("test.outer", "done", ""),
    ]


# --- the trail ------------------------------------------------------------------------------------------------------------------


def test_the_trail_keeps_private_and_long_words_as_digests_only(house: House) -> None:
    actor = house.actor(house.home)
    house.make(actor, name="新人", tenant=house.home, secret="13800001111", note=LONG)
    (entry,) = house.trail()
    said = json.loads(entry.payload)
    assert said == {
        "name": "新人",
        "tenant": f"kernel_tenancy.Tenant:{house.home.id}",
        "secret": {"digest": fingerprint(repr("13800001111"), purpose="audit.private")},
        "note": {"digest": fingerprint(repr(LONG), purpose="audit.private")},
        "length": 2,
        "posts": [post.post_id for post in actor.posts],
    }
    assert (entry.outcome, entry.subject_type, entry.tenant_id) == ("done", "kernel_parties.Party", house.home.id)


def test_a_note_is_kept_without_the_telephone_number_in_it(house: House) -> None:
    house.make(house.actor(house.home), name="新人", tenant=house.home, note="已电话联系 13812345678，住3栋502室")
    (entry,) = house.trail()
    assert "13812345678" not in entry.payload
    assert "已电话联系 〔手机号〕" in entry.payload


def test_details_belong_to_one_act(house: House) -> None:
    tenant = house.home
    house.make.many(house.actor(tenant), [{"name": "一", "tenant": tenant}, {"name": "二二", "tenant": tenant}])
    assert [json.loads(entry.payload)["length"] for entry in house.trail()] == [1, 2]


def test_an_invalid_form_is_in_the_trail_without_what_was_typed_privately(house: House) -> None:
    with pytest.raises(Invalid) as caught:
        house.make(house.actor(house.home), name="", tenant=house.home, secret="13800001111")
    assert caught.value.fields == {"name": "请填写名称。"}
    (entry,) = house.trail()
    assert (entry.outcome, entry.code) == ("refused", "test.empty")
    assert "13800001111" not in entry.payload


# --- quiet, and the clock ---------------------------------------------------------------------------------------------------------


def test_an_act_tells_open_pages_and_a_quiet_one_does_not(house: House) -> None:
    party, actor = house.party(), house.actor(house.home)
    house.rename.quietly()(actor, party.id, name="安静")
    assert not Event.objects.exists()
    house.rename(actor, party.id, name="响")
    assert list(Event.objects.values_list("key", flat=True)) == [f"party:{party.id}"]


def test_the_clock_of_an_act_can_be_held(house: House) -> None:
    party = house.party()
    then = datetime(2019, 5, 1, 9, 30, tzinfo=UTC)
    house.rename.at(then)(house.actor(house.home), party.id, name="往事")
    (entry,) = house.trail()
    assert (house.calls[0][2], entry.occurred_at) == (then, then)
    assert entry.recorded_at.year >= 2026
    assert not clock.is_frozen()


def test_a_name_is_registered_once(house: House) -> None:
    with pytest.raises(ValueError, match=r"test\.make"):
        new("test.make", title="又一个")(lambda ctx: None)
