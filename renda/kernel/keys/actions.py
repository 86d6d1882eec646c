"""A new key, the stored data carried over to it, an old key taken out: each stands in the trail."""

from __future__ import annotations

from renda.kernel.actions.api import Context, new
from renda.kernel.errors import Refused
from renda.kernel.keys.places import places, used
from renda.kernel.keys.policy import MANAGE
from renda.kernel.privacy.vault import vault


@new("key.rotate", title="更换数据密钥", permission=MANAGE)
def key_rotate(ctx: Context) -> str:
    """Add a key of the algorithm in the settings; from now on it closes. Gives its name."""
    name = vault().rotate()
    ctx.detail(key=name)
    return name


@new("key.close_anew", title="用新密钥重新加密", permission=MANAGE)
def key_close_anew(ctx: Context, *, place: str, after: int, many: int) -> tuple[int, int | None]:
    """One batch of one place, as ``Place.close_anew`` says.

    Raises:
        KeyLostError: a value's key is not in the key file; nothing of the batch is stored.
        LookupError: no such place.
    """
    found = next((one for one in places() if one.name == place), None)
    if found is None:
        raise LookupError(place)
    count, last = found.close_anew(after, many)
    ctx.detail(key=vault().active().name, values=count)
    return count, last


@new("key.retire", title="停用数据密钥", permission=MANAGE)
def key_retire(ctx: Context, *, name: str) -> str:
    """Take a key out of the file once nothing stored needs it.

    Raises:
        Refused: values are still closed with it.
        KeyInUseError: it is the active one, or the one of fingerprints.
        KeyLostError: there is none of this name.
    """
    left = used().total(name)
    if left:
        raise Refused("key.used", f"还有 {left} 个值用这个密钥加密，请先运行 renda privacy reencrypt。")
    vault().retire(name)
    return name
