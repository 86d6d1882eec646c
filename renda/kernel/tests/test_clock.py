"""The one clock: held inside a block, let go behind it, and held for nobody else."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from renda.kernel import clock

THEN = datetime(2024, 9, 3, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_it_is_held_and_let_go() -> None:
    assert not clock.is_frozen()
    with clock.frozen(THEN):
        assert (clock.now(), clock.today().isoformat(), clock.is_frozen()) == (THEN, "2024-09-03", True)
        with clock.frozen(THEN + timedelta(days=1)):
            assert clock.today().isoformat() == "2024-09-04"
        assert clock.now() == THEN
    with pytest.raises(ZeroDivisionError), clock.frozen(THEN):
        raise ZeroDivisionError
    assert not clock.is_frozen()


def test_the_day_is_the_local_one() -> None:
    """Half past midnight here is still yesterday in UTC."""
    with clock.frozen(THEN.astimezone(ZoneInfo("UTC"))):
        assert clock.today().isoformat() == "2024-09-03"


def test_it_is_held_for_nobody_else() -> None:
    seen: list[bool] = []
    with clock.frozen(THEN):
        thread = threading.Thread(target=lambda: seen.append(clock.is_frozen()))
        thread.start()
        thread.join()
    assert seen == [False]


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.frozen(datetime(2024, 9, 3)):  # noqa: DTZ001 - the very thing
        pass
