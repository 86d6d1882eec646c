"""What a model holds about people, said in the model itself: which fields, what for, on what ground, and how long.

    class Feedback(Row):
        personal = Personal(
            {"contact": Kept("就意见回访", CONSENT, "处理完毕后 180 天", days=180, since="handled_at")},
            person="party",
        )

Sources: 个人信息保护法 (2021) art. 6 and 19 (no more and no longer than the purpose needs), 13 (grounds), 45 (access and
copy), 47 (erasing; where a law sets a longer time, no use but storing). 档案法 (2020 revision) art. 13 and 国家档案局令
第8号 (2006): what a congress has handled is archived, so that texts of cases and rosters stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# Grounds, 个人信息保护法 art. 13(1).
CONSENT = "本人同意（个人信息保护法第十三条第一款第一项）"
DUTY = "履行法定职责（个人信息保护法第十三条第一款第三项）"
ARCHIVE = "随案卷归档保存（档案法第十三条、机关文件材料归档范围和文书档案保管期限规定）"
STAYS = "随案卷归档，不自动清除"
ROSTER = "任职期间及以后，作为名册归档"

Way = Literal["erase", "delete"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One field: purpose, ground, and in words how long. With ``days`` the house clears it itself.

    ``since``: the lookup of the moment from which the days count; a row where it is empty is still in use.
    ``swept_by``: the job that deletes whole rows of the kind instead.
    """

    purpose: str
    ground: str
    until: str
    days: int = 0
    since: str = ""
    swept_by: str = ""


@dataclass(frozen=True, slots=True)
class Personal:
    """What a model holds about people.

    ``person``: lookup of the party (account) that the row is about; ``case``: lookup of the flow case that must have
    ended before anything is cleared, and for which a hold counts.
    """

    fields: Mapping[str, Kept]
    # Where the model's own name is no word for people.
    title: str = ""
    person: str = ""
    case: str = ""
    # What clearing does: empties the fields, or deletes rows that are nothing without them.
    way: Way = "erase"


# What packages of others hold (sessions, second factors): by the model's label, for it cannot be said there.
_elsewhere: dict[str, Personal] = {}


def register_personal(label: str, personal: Personal) -> None:
    """Declare a model that is not the house's own."""
    _elsewhere[label] = personal


def elsewhere() -> Mapping[str, Personal]:
    """The declarations of models of others."""
    return dict(_elsewhere)
