"""Whatever an act changes of what is public is published a moment later: no act forgets its mark."""

from __future__ import annotations

import pytest

from renda.kernel.exchange.registry import BUILDERS
from tests.gates.acts import ACTS
from tests.gates.changes import undone
from tests.gates.city import City
from tests.gates.test_actions import press
from tests.zones import publish, settle


@pytest.mark.parametrize("name", ACTS)
def test_what_an_act_changes_is_published(city: City, name: str) -> None:
    with undone():
        press(city, name, ACTS[name].by)
        settle()
        # The nightly comparison finds nothing left to do.
        assert publish() == dict.fromkeys(BUILDERS, 0)
