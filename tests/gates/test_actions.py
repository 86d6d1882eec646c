"""Every action refuses strangers, other congresses, wrong posts and the public, and changes nothing then."""

from __future__ import annotations

from typing import Any

import pytest

from renda.kernel.actions.api import ACTIONS
from renda.kernel.errors import Forbidden, NotFound, Refused
from tests.gates.acts import ACTS as OTHER_ACTS
from tests.gates.acts import Act
from tests.gates.changes import changed, state, unchanged, undone
from tests.gates.city import City
from tests.gates.congress_acts import CONGRESS_ACTS
from tests.gates.legal_time import LEGAL_TIME_ACTS
from tests.gates.personal_acts import PERSONAL_ACTS

ACTS = {**OTHER_ACTS, **CONGRESS_ACTS, **LEGAL_TIME_ACTS, **PERSONAL_ACTS}


def test_every_action_is_in_the_table() -> None:
    missing = sorted(ACTIONS.keys() - ACTS.keys())
    assert not missing, (
        f"add {', '.join(missing)} to ACTS in tests/gates/acts.py (or its neighbours): who may, on what, and who may not"
    )
    gone = sorted(ACTS.keys() - ACTIONS.keys())
    assert not gone, f"take {', '.join(gone)} out of ACTS in tests/gates/acts.py"


def press(city: City, name: str, role: str, *, refused: bool = False) -> Any:
    act: Act = ACTS[name]
    key = act.instead if refused and act.instead else act.key
    where = [] if key is None else [key(city)]
    action: Any = ACTIONS[name]
    # What is given may bring its own congress along.
    given = act.given(city)
    return action(city.actor(role), *where, **given)


@pytest.mark.parametrize("name", ACTS)
def test_who_may_does(city: City, name: str) -> None:
    """Else a refusal below could be one of the arguments."""
    with undone():
        before = state(city)
        press(city, name, ACTS[name].by)
        assert "kernel_audit_auditentry" in changed(city, before)


@pytest.mark.parametrize(("name", "role"), [(name, role) for name, act in ACTS.items() for role in act.refused])
def test_who_may_not_does_not(city: City, name: str, role: str) -> None:
    with unchanged(city), pytest.raises((NotFound, Forbidden, Refused)):
        press(city, name, role, refused=True)
