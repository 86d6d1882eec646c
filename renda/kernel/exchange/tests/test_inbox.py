"""What comes in: each package once and in order; what is forged, unknown, broken or faulty is kept apart with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from renda.kernel import clock
from renda.kernel.exchange import inbox
from renda.kernel.exchange.models import Received
from renda.kernel.exchange.registry import DONE, HANDLERS, Outcome, Parcel
from renda.kernel.public_zone import keys
from renda.kernel.public_zone.inbound import Letter, send
from renda.kernel.public_zone.packages import Package, canonical, seal

pytestmark = pytest.mark.django_db


class Handler:
    """Keeps what it is given; contents that say so are refused or make it fall over."""

    def __init__(self) -> None:
        self.rounds: list[list[Parcel]] = []

    def __call__(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome]:
        self.rounds.append(list(parcels))
        if any(parcel.content.get("fall") for parcel in parcels):
            raise ZeroDivisionError
        return {
            parcel.key: Outcome("quarantined", parcel.content["refuse"]) if "refuse" in parcel.content else DONE
            for parcel in parcels
        }

    @property
    def seen(self) -> list[Any]:
        return [parcel.content.get("n") for parcels in self.rounds for parcel in parcels]


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Handler:
    made = Handler()
    monkeypatch.setitem(HANDLERS, "test", made)
    return made


def letter(number: int, **said: Any) -> Letter:
    return Letter("test", f"{number:032d}", {"n": number, **said})


def work() -> None:
    while inbox.pull():
        pass
    inbox.handle()


def states() -> dict[str, str]:
    return {str(int(row.key)): row.state for row in Received.objects.filter(kind="test")}


def left() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public_zone.inbound")
        return int(cursor.fetchone()[0])


def tamper(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE public_zone.inbound SET {statement}")


def test_in_order_once_and_then_forgotten(handler: Handler) -> None:
    send(letter(1))
    send(letter(2), letter(3))
    assert inbox.pull() == 3
    assert left() == 0
    work()
    assert handler.seen == [1, 2, 3]
    assert len(handler.rounds) == 1
    row = Received.objects.get(key=f"{1:032d}")
    assert (row.state, bytes(row.body), row.settled_at is not None) == ("done", b"", True)


def test_what_waits_is_sealed(handler: Handler) -> None:
    send(letter(1, phone="13800001111"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM public_zone.inbound")
        assert b"13800001111" not in bytes(cursor.fetchone()[0])
    inbox.pull()
    assert b"13800001111" not in bytes(Received.objects.get().body)


def test_a_repeated_package_changes_nothing(handler: Handler) -> None:
    send(letter(1))
    send(letter(1))
    work()
    send(letter(1, text="another"))
    assert left() == 1
    work()
    assert left() == 0
    assert handler.seen == [1]


@pytest.mark.parametrize(
    "change",
    [
        "body = body || 'x'",
        "kind = 'other'",
        "made_at = made_at + interval '1 second'",
        "signature = set_byte(signature, 0, (get_byte(signature, 0) + 1) % 256)",
    ],
)
def test_what_was_altered_on_the_way_is_kept_apart(handler: Handler, change: str) -> None:
    send(letter(1))
    tamper(change)
    work()
    row = Received.objects.get()
    assert (row.state, handler.rounds) == ("quarantined", [])
    assert "签名不符" in row.reason


def test_a_stranger_cannot_sign(handler: Handler) -> None:
    plain = seal(canonical({"n": 1}), keys.other("public").seal)
    own = Package("in", "test", "f" * 32, clock.now(), plain).signed(keys.own("inner").sign)
    assert inbox.accept([own]) == 1
    inbox.handle()
    assert (Received.objects.get().state, handler.rounds) == ("quarantined", [])


def test_a_copy_is_no_package(handler: Handler) -> None:
    """What crosses outward, sent back in, is not believed: the direction is signed."""
    outward = Package("out", "test", "o" * 32, clock.now(), b"{}", 3).signed(keys.own("public").sign)
    inbox.accept([Package("in", "test", "o" * 32, outward.made_at, b"{}", 0, outward.signature)])
    assert Received.objects.get().state == "quarantined"


def test_an_unknown_kind_and_a_broken_body_are_kept_apart(handler: Handler) -> None:
    own = keys.own("public")
    not_json = seal(b"\xff\xfe", keys.other("public").seal)
    packages = [
        Package("in", "unknown", "u" * 32, clock.now(), seal(b"{}", keys.other("public").seal)),
        Package("in", "test", "b" * 32, clock.now(), not_json),
        Package("in", "test", "c" * 32, clock.now(), b"not sealed"),
    ]
    inbox.accept([one.signed(own.sign) for one in packages])
    inbox.handle()
    assert {row.state for row in Received.objects.all()} == {"quarantined"}
    assert all(row.reason for row in Received.objects.all())


def test_a_refused_one_is_kept_with_its_reason_and_the_others_go_on(handler: Handler) -> None:
    send(letter(1), letter(2, refuse="二维码已停用"), letter(3))
    work()
    assert states() == {"1": "done", "2": "quarantined", "3": "done"}
    refused = Received.objects.get(state="quarantined")
    assert (refused.reason, bytes(refused.body) != b"") == ("二维码已停用", True)


def test_a_fault_is_tried_again_and_holds_nobody_up(handler: Handler) -> None:
    send(letter(1), letter(2, fall=True), letter(3))
    work()
    assert states() == {"1": "done", "2": "waiting", "3": "done"}
    for _ in range(inbox.TRIES):
        inbox.handle()
    assert states()["2"] == "quarantined"


def test_a_package_waits_for_its_files(handler: Handler) -> None:
    send(Letter("test", f"{1:032d}", {"n": 1, "files": [f"{1:032d}:0"]}))
    work()
    assert states() == {"1": "waiting"}
    send(Letter("file", f"{1:032d}:0", b"\x89PNG"))
    work()
    assert states() == {"1": "done"}
    assert handler.rounds[0][0].parts == {f"{1:032d}:0": b"\x89PNG"}
    assert bytes(Received.objects.get(kind="file").body) == b""


def test_files_that_never_come_are_told(handler: Handler) -> None:
    send(Letter("test", f"{1:032d}", {"n": 1, "files": [f"{1:032d}:0"]}))
    work()
    with clock.frozen(clock.now() + inbox.PARTS_WAIT + timedelta(seconds=1)):
        inbox.handle()
    assert Received.objects.get(kind="test").reason == "随附的 1 个文件没有收到。"


def test_a_clock_that_is_ahead_outside_does_not_move_ours(handler: Handler) -> None:
    with clock.frozen(clock.now() + timedelta(days=2)):
        send(letter(1))
    work()
    assert handler.rounds[0][0].made_at <= clock.now()


def test_many_and_large_ones_are_taken_in_rounds(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "TAKEN_BYTES", 3000)
    send(*(letter(number, fill="x" * 1000) for number in range(5)))
    taken = [inbox.pull() for _ in range(4)]
    assert taken == [3, 2, 0, 0]


def test_a_huge_body_is_refused_by_the_table(handler: Handler) -> None:
    from django.db import DataError, IntegrityError, transaction

    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        send(Letter("file", "h" * 32, bytes(33 * 1024 * 1024)))
    assert left() == 0
