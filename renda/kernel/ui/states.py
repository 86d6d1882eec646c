"""The states' words: one registry, so that a key has one word, one tone and one icon on every page."""

from __future__ import annotations

from collections.abc import Mapping

from renda.kernel.ui.shapes import State

_states: dict[str, State] = {}


class UnknownStateError(LookupError):
    """A template showed a state that nobody registered."""


def register(states: Mapping[str, State]) -> None:
    """Add the states of one capability (from its ``AppConfig.ready``).

    Raises:
        ValueError: a key is taken by a different state.
    """
    for key, state in states.items():
        if _states.setdefault(key, state) != state:
            raise ValueError(f"state {key!r} is registered twice: {_states[key].word} and {state.word}")


def known() -> Mapping[str, State]:
    """All registered states by key."""
    return dict(_states)


def lookup(value: State | str) -> State:
    """The state for a key; a ``State`` is its own.

    Raises:
        UnknownStateError: nobody registered the key.
    """
    if isinstance(value, State):
        return value
    try:
        return _states[str(value)]
    except KeyError:
        raise UnknownStateError(f"state {value!r} has no word; register it with kernel.ui.states.register") from None


register(
    {
        "draft": State("草稿", "quiet", "pencil"),
        "open": State("待办理", "run", "clock"),
        "waiting": State("等待中", "quiet", "hourglass"),
        "running": State("办理中", "run", "clock"),
        "suspended": State("已暂停", "warn", "player-pause"),
        "done": State("已办", "ok", "circle-check"),
        "ended": State("已办结", "ok", "circle-check"),
        "terminated": State("已终止", "quiet", "ban"),
        "sent_back": State("已退回", "warn", "arrow-back-up"),
        "cancelled": State("已取消", "quiet", "circle-x"),
        "due_soon": State("临期", "warn", "clock-exclamation"),
        "overdue": State("超期", "late", "alert-triangle"),
    }
)
