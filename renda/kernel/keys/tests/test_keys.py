"""A new key, the data carried over to it in batches, the old key taken out; and a key that is lost."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden, Refused
from renda.kernel.feedback.actions import feedback_send
from renda.kernel.feedback.models import Feedback
from renda.kernel.keys.actions import key_close_anew, key_retire, key_rotate
from renda.kernel.keys.places import places
from renda.kernel.parties import Actor
from renda.kernel.privacy.api import encrypt
from renda.kernel.privacy.vault import KeyInUseError, KeyLostError, vault
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

pytestmark = pytest.mark.django_db
PHONES = [f"1380000{number:04}" for number in range(7)]


@pytest.fixture(autouse=True)
def _own_key_file(settings: Any, tmp_path: Path) -> None:
    settings.RENDA_DATA_DIR = tmp_path


@pytest.fixture
def machine(cast: Cast) -> Actor:
    """Beside it: feedback with telephone numbers, closed with the first key."""
    for number, phone in enumerate(PHONES):
        feedback_send(Actor.public(address=f"192.0.2.{number}"), text="看不清", contact=phone)
    return Actor.machine("数据密钥", [0, *cast.tenants])


def stored() -> list[str]:
    """The column as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM kernel_feedback_feedback ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def keys_used() -> set[str]:
    return {value.partition(".")[0] for value in stored()}


def privacy(*words: str) -> str:
    out = StringIO()
    call_command("privacy", *words, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_the_data_goes_over_to_the_new_key_and_the_old_one_can_go(machine: Actor, settings: Any, cipher: str) -> None:
    old = vault().active().name
    settings.RENDA_FIELD_CIPHER = cipher
    privacy("rotate")
    new = vault().active()
    assert (new.name != old, new.algorithm, keys_used()) == (True, cipher, {old})
    with pytest.raises(CommandError, match="还有"):
        privacy("retire", old)
    assert "全部数据已用当前密钥加密" in privacy("reencrypt")
    assert keys_used() == {new.name}
    assert sorted(Feedback.objects.values_list("contact", flat=True)) == PHONES
    privacy("retire", old)
    assert old not in vault().path.read_text()
    assert sorted(Feedback.objects.values_list("contact", flat=True)) == PHONES
    with tenant_transaction({0}, durable=False):
        trail = list(
            AuditEntry.objects.filter(action__startswith="key.").order_by("id").values_list("action", "outcome")
        )
    assert trail[0] == ("key.rotate", "done")
    assert trail[1] == ("key.retire", "refused")
    assert ("key.close_anew", "done") in trail
    assert trail[-1] == ("key.retire", "done")


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(machine: Actor) -> None:
    old, place = vault().active().name, "kernel_feedback_feedback.contact"
    key_rotate(machine)
    count, after = key_close_anew(machine, place=place, after=0, many=3)
    assert (count, after is not None) == (3, True)
    done = stored()[:3]
    assert [value.partition(".")[0] == old for value in stored()] == [False] * 3 + [True] * 4
    privacy("reencrypt")
    # What was carried over before is not touched again.
    assert stored()[:3] == done
    assert keys_used() == {vault().active().name}
    assert sorted(Feedback.objects.values_list("contact", flat=True)) == PHONES


def test_every_closed_field_of_the_house_is_a_place() -> None:
    """A column that is not carried over would be lost with the old key."""
    found = {place.name for place in places()}
    assert {"congress_person.phone", "kernel_feedback_feedback.contact", "mfa_authenticator.data"} <= found
    assert any(name.startswith("voice_message.contact_phone") for name in found)
    assert any(name.startswith("kernel_notices_delivery.address") for name in found)


def test_a_lost_key_is_named_with_the_place_of_its_values(machine: Actor) -> None:
    lost = vault().active().name
    assert f"{lost}\taes-256-gcm\t{len(PHONES)} 个值，正在使用" in privacy("keys")
    vault().rotate()
    lines = [line for line in vault().path.read_text().splitlines(keepends=True) if not line.startswith(lost)]
    vault().path.write_text("".join(lines))
    out = StringIO()
    with pytest.raises(CommandError, match="缺少密钥"):
        call_command("privacy", "keys", stdout=out, stderr=out)
    assert f"{lost}\t已丢失" in out.getvalue()
    assert "kernel_feedback_feedback.contact" in out.getvalue()
    # Nothing is changed, and whoever reads it is told which key is missing.
    before = stored()
    with pytest.raises(CommandError, match=lost):
        privacy("reencrypt")
    assert stored() == before
    with pytest.raises(KeyLostError, match=lost):
        Feedback.objects.first()


def test_the_active_key_and_that_of_fingerprints_stay(machine: Actor) -> None:
    for key in vault().all_keys():
        with pytest.raises((KeyInUseError, Refused)):
            key_retire(machine, name=key.name)
    assert len(vault().all_keys()) == 2
    with pytest.raises(KeyLostError):
        key_retire(machine, name="nothing")


def test_no_person_changes_keys(cast: Cast) -> None:
    before = vault().all_keys()
    for role in ("system_administrator", "security_administrator", "business_administrator", "deputy"):
        for press in (
            key_rotate,
            lambda actor: key_retire(actor, name=vault().active().name),
            lambda actor: key_close_anew(actor, place="congress_person.phone", after=0, many=1),
        ):
            with pytest.raises(Forbidden):
                press(cast.actor(role))
    assert vault().all_keys() == before


@pytest.mark.django_db(transaction=True)
def test_a_value_that_is_written_meanwhile_is_not_overwritten(machine: Actor) -> None:
    """A row that somebody is writing is left for the next round, which carries over what she wrote."""
    fresh = encrypt("13900001111", purpose="feedback.contact")
    key_rotate(machine)
    wanted = connection.get_connection_params()
    wanted = {name: wanted[name] for name in ("dbname", "user", "host", "port", "password") if wanted.get(name)}
    with psycopg.connect(**wanted) as other:
        other.execute(
            "UPDATE kernel_feedback_feedback SET contact = %s WHERE id = (SELECT min(id) FROM kernel_feedback_feedback)",
            [fresh],
        )
        count, _ = key_close_anew(machine, place="kernel_feedback_feedback.contact", after=0, many=100)
        assert count == len(PHONES) - 1
    privacy("reencrypt")
    assert keys_used() == {vault().active().name}
    assert sorted(Feedback.objects.values_list("contact", flat=True)) == [*PHONES[1:], "13900001111"]
