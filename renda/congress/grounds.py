"""Why a mandate begins, rests or ends: the cases the law names, each with law, version and article.

The article's text is not copied: the citation leads to the law library.
"""

from __future__ import annotations

from dataclasses import dataclass

from renda.congress.models import Mandate

_DEPUTIES_LAW = ("全国人民代表大会和地方各级人民代表大会代表法", "2025-03-11")
_ELECTION_LAW = ("全国人民代表大会和地方各级人民代表大会选举法", "2020-10-17")


@dataclass(frozen=True, slots=True)
class Ground:
    """One case of the law. ``status``: what the mandate is then."""

    key: str
    title: str
    status: str
    law: str = ""
    version: str = ""
    article: str = ""

    @property
    def citation(self) -> str:
        """Law, version and article; empty where the case is not one of law."""
        return f"《{self.law}》（{self.version}）{self.article}" if self.law else ""


_S = Mandate.Status
_OVER = "第六十二条"
GROUNDS_TO_END = (
    Ground("resigned", "辞职被接受", _S.RESIGNED, *_ELECTION_LAW, "第五十五条"),
    Ground("told_to_resign", "责令辞职被接受", _S.RESIGNED, *_DEPUTIES_LAW, f"{_OVER}第二项"),
    Ground("recalled", "被罢免", _S.RECALLED, *_ELECTION_LAW, "第五十三条"),
    Ground("moved", "迁出或者调离本行政区域", _S.TERMINATED, *_DEPUTIES_LAW, f"{_OVER}第一项"),
    Ground("absent", "未经批准两次不出席本级人民代表大会会议", _S.TERMINATED, *_DEPUTIES_LAW, f"{_OVER}第三项"),
    Ground("lost_nationality", "丧失中华人民共和国国籍", _S.TERMINATED, *_DEPUTIES_LAW, f"{_OVER}第五项"),
    Ground("deprived", "依照法律被剥夺政治权利", _S.TERMINATED, *_DEPUTIES_LAW, f"{_OVER}第六项"),
    Ground("incapable", "丧失行为能力", _S.TERMINATED, *_DEPUTIES_LAW, f"{_OVER}第七项"),
    Ground("died", "去世", _S.TERMINATED, *_DEPUTIES_LAW, f"{_OVER}第二款"),
)
# Deputies of the bodies above are only served here: what ended there is no decision of ours.
GROUNDS_TO_STOP_SERVING = (
    Ground("term_over", "任期届满", _S.ENDED),
    Ground("served_no_more", "不再由本级联系服务", _S.ENDED),
)
GROUNDS_TO_SUSPEND = (
    Ground("detained", "因刑事案件被羁押正在受侦查、起诉、审判", _S.FROZEN, *_DEPUTIES_LAW, "第六十一条第一款第一项"),
    Ground(
        "serving_sentence",
        "被依法判处管制、拘役或者有期徒刑而没有附加剥夺政治权利，正在服刑",
        _S.FROZEN,
        *_DEPUTIES_LAW,
        "第六十一条第一款第二项",
    ),
)
RESTORED = Ground("restored", "暂停的情形在任期内消失", _S.ACTIVE, *_DEPUTIES_LAW, "第六十一条第二款")
BY_ELECTION = Ground("by_election", "补选", _S.ACTIVE, *_ELECTION_LAW, "第五十七条")
# A seat won at the general election and entered late, and the deputies of the bodies above.
ELECTED = Ground("elected", "当选", _S.ACTIVE)

GROUNDS = {
    ground.key: ground
    for ground in (
        *GROUNDS_TO_END,
        *GROUNDS_TO_STOP_SERVING,
        *GROUNDS_TO_SUSPEND,
        RESTORED,
        BY_ELECTION,
        ELECTED,
    )
}


def grounds_to_end(mandate: Mandate) -> tuple[Ground, ...]:
    """The cases in which this mandate ends: those of the law, or (of the bodies above) that it is served no more."""
    return GROUNDS_TO_STOP_SERVING if mandate.managed_by_id is None else GROUNDS_TO_END
