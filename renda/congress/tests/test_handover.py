"""What somebody leaves behind is handed over by jobs, in the cases of one congress or in all."""

import pytest

from renda.congress import jobs
from renda.congress.actions import mandate_end, person_disable
from renda.kernel.flow import api as flow
from renda.kernel.flow.models import Task
from renda.kernel.flow.tests.cases import Town
from tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    """A case that waits for the leader, a person."""
    made = Town()
    case = made.start()
    made.do("clerk", flow.act, case, "assign")
    made.do("officer", flow.act, case, "answer")
    made.do("clerk", flow.signal, case, "rated")
    return made


def waits_for_leader(town: Town) -> bool:
    with town.everything():
        return Task.objects.filter(assignee_id=town.people["leader"].id, state="open").exists()


def test_tasks_in_the_congress_that_a_deputy_leaves_move_on(town: Town) -> None:
    assert waits_for_leader(town)
    jobs.hand_over(town.tenants[0].id, [[town.people["leader"].id, None]])
    assert not waits_for_leader(town)


def test_tasks_in_another_congress_stay(town: Town) -> None:
    jobs.hand_over(town.tenants[1].id, [[town.people["leader"].id, None]])
    assert waits_for_leader(town)


def test_a_disabled_accounts_tasks_move_on_everywhere_and_twice_is_harmless(town: Town) -> None:
    jobs.hand_over_all(town.people["leader"].id, None)
    jobs.hand_over_all(town.people["leader"].id, None)
    assert not waits_for_leader(town)


def test_leaving_defers_the_job_in_the_same_transaction(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    deferred: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr("renda.kernel.jobs.registry.defer_many", deferred.extend)
    deputy, manager = cast.people["deputy"].party_id, cast.people["station_manager"].party_id
    office = cast.actor("business_administrator")
    mandate_end(office, cast.mandates["deputy"].id, ground="resigned", decision="第十次会议接受辞职")
    person_disable(office, manager, reason="调离", successor=deputy)
    assert deferred == [
        ("congress.hand_over", {"tenant_id": cast.tenant("township"), "pairs": [[deputy, None]]}),
        ("congress.hand_over_all", {"person": manager, "successor": deputy}),
    ]
