"""The demo city has the article's figures, keeps inside the law, and is built once."""

import json
import stat
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db.models import Count, Max, Min

from renda.congress.actors import actor_for
from renda.congress.demo import build
from renda.congress.demo import composition as c
from renda.congress.demo.ground import is_within
from renda.congress.demo.sign_ins import ROLES, path
from renda.congress.models import (
    Congress,
    Mandate,
    Organisation,
    Person,
    PlaceShape,
    PostKind,
    Station,
    StationDeputy,
    WallCode,
)
from renda.kernel import policy
from renda.kernel.errors import Refused
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    settings.RENDA_DATA_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path


def test_the_city_has_the_articles_figures_and_is_built_once(data: Path) -> None:
    build(lambda line: None)
    first = path().read_text()
    tenants = list(Congress.objects.values_list("tenant_id", flat=True))
    with tenant_transaction(tenants, durable=False):
        _check_accounts()
        _check_seats()
        _check_stations()
    _check_sign_ins()
    rows = Person.objects.count(), Holding.objects.count(), WallCode.objects.count()
    build(lambda line: None)
    assert (Person.objects.count(), Holding.objects.count(), WallCode.objects.count()) == rows
    assert path().read_text() == first


def _check_accounts() -> None:
    assert Person.objects.count() == c.ACCOUNTS == 17_310
    assert Mandate.objects.values("person").distinct().count() == c.DEPUTIES == 11_978
    assert not Person.objects.filter(is_demo=False).exists()
    # Only the printed sign-ins can be used.
    usable = Person.objects.exclude(password__startswith="!")
    assert usable.count() == len(ROLES)
    # Nobody is left without a post, and the three administrators hold nothing else.
    held = Counter(Holding.objects.values_list("person_id", flat=True))
    assert len(held) == c.ACCOUNTS
    for kind in ("system_administrator", "security_administrator", "audit_administrator"):
        (holder,) = Holding.objects.filter(post__post__kind=kind).values_list("person_id", flat=True)
        assert held[holder] == 1


def _check_seats() -> None:
    levels = dict(Mandate.objects.values_list("level").annotate(n=Count("id")))
    assert levels == {
        "national": c.NATIONAL_SEATS,
        "province": c.PROVINCE_SEATS,
        "city": c.CITY_SEATS,
        "county": sum(c.COUNTY_SEATS.values()),
        "township": c.TOWNSHIP_SEATS,
    }
    assert not Mandate.objects.filter(level__in=["national", "province"], managed_by__isnull=False).exists()
    # 选举法 2020 第十二条: at most 650, 450, 160 seats; a township has at least 45.
    by_congress = Mandate.objects.values("tenant").annotate(n=Count("id"))
    assert levels["city"] <= 650
    assert by_congress.filter(level="county").aggregate(most=Max("n"))["most"] <= 450
    township = by_congress.filter(level="township").aggregate(least=Min("n"), most=Max("n"))
    assert township["least"] >= 45
    assert township["most"] <= 160
    # Chairs and members of standing committees, chairs of townships are deputies of their congress.
    for kind in (PostKind.CHAIR, PostKind.VICE_CHAIR, PostKind.MEMBER):
        for person, tenant in Holding.objects.filter(post__post__kind=kind).values_list("person_id", "post__tenant_id"):
            assert Mandate.objects.filter(person_id=person, tenant_id=tenant).exists()


def _check_stations() -> None:
    assert Station.objects.count() == c.STATIONS == 791
    assert Congress.objects.filter(level="township").count() == 115
    assert Organisation.objects.filter(kind="subdistrict_committee").count() == 13
    assert Station.objects.filter(manager__isnull=False).count() == 791
    assert StationDeputy.objects.values("station").distinct().count() == 791
    assert WallCode.objects.filter(kind="station").count() == 791
    shapes = {shape.place.code[:6]: shape.rings for shape in PlaceShape.objects.select_related("place")}
    for station in Station.objects.select_related("place"):
        assert station.longitude is not None
        assert station.latitude is not None
        assert is_within((float(station.longitude), float(station.latitude)), shapes[station.place.code[:6]])


def _check_sign_ins() -> None:
    assert stat.S_IMODE(path().stat().st_mode) == 0o600
    said = json.loads(path().read_text())["people"]
    assert len({one["password"] for one in said}) == len(ROLES)
    for one, role in zip(said, ROLES, strict=True):
        person = Person.objects.get(user_name=one["user_name"])
        assert person.check_password(one["password"])
        assert role[4] in {post.kind for post in actor_for(person).posts}
        asks = Authenticator.objects.filter(user=person).exists()
        assert bool(one["totp_secret"]) == asks == (role[4].value.endswith("_administrator"))
    office = actor_for(Person.objects.get(user_name="business_administrator"))
    assert policy.may(office, "roster.import", office.posts[0].tenant_id)


def test_a_real_site_is_never_mixed_with_the_demo(cast: Cast, data: Path) -> None:
    with pytest.raises(Refused):
        build(lambda line: None)
    with pytest.raises(CommandError, match="没有清空"):
        monkey_answer("不", lambda: call_command("demo", "--reset", stdout=StringIO(), skip_checks=True))
    assert Person.objects.count() == len(cast.people)


def monkey_answer(answer: str, call: Callable[[], object]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.input", lambda _: answer)
        call()


def test_shares_add_up() -> None:
    assert c.share(10, [1, 1, 1]) == [4, 3, 3]
    assert sum(c.share(8919, [1.7, 2.2, 99])) == 8919
