"""The closed values inside allauth's authenticators, for a change of the data key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator

from renda.congress.actions.demo import MFA
from renda.kernel.privacy.vault import vault

# What allauth passes through its adapter's ``encrypt``: a secret, a seed of recovery codes, codes of an older form.
_CLOSED = ("secret", "seed", "migrated_codes")


class AuthenticatorPlace:
    """``data`` of an authenticator is a JSON with one or more closed values."""

    name = "mfa_authenticator.data"

    def used(self) -> Counter[str]:
        """How many values each key has closed."""
        rows = Authenticator.objects.values_list("data", flat=True)
        return Counter(value.partition(".")[0] for data in rows for value in _values(data))

    def close_anew(self, after: int, many: int) -> tuple[int, int | None]:
        """As ``renda.kernel.keys.places.Place`` says; ``many`` counts rows. Administrators are few."""
        locked = Authenticator.objects.filter(pk__gt=after).order_by("pk").select_for_update(skip_locked=True)
        count, last = 0, None
        for row in locked[:many]:
            last = row.pk
            old = [value for value in _values(row.data) if not vault().is_current(value)]
            if old:
                row.data = {name: _anew(value) if name in _CLOSED else value for name, value in row.data.items()}
                row.save(update_fields=["data"])
                count += len(old)
        return count, last


def _values(data: dict[str, Any]) -> Iterator[str]:
    for name in _CLOSED:
        value = data.get(name, [])
        yield from [value] if isinstance(value, str) else value


def _anew(value: Any) -> Any:
    if isinstance(value, list):
        return [_anew(one) for one in value]
    return vault().close(vault().open(value, MFA), MFA)
