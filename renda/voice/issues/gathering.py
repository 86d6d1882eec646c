"""Every night: texts that are in no common issue yet join one, or several of them make one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from renda.kernel import clock
from renda.kernel.privacy.api import redact
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.voice.issues.counting import count_voices
from renda.voice.issues.likeness import Cluster, Clusters, Rarity, terms
from renda.voice.models import CommonIssue, IssueVoice, Message, Stage
from renda.voice.sorter.text import runs

DAYS = 180
# Memory bounds it: about 10 KB a text.
MOST_TEXTS = 20_000
# Fewer are no common issue; all in one village or district is a matter of that place.
FEWEST_VOICES, FEWEST_PLACES = 3, 2
_LONGEST_WORD, _SHORTEST_WORD = 10, 3
_TITLE_WORDS = 2


@dataclass(frozen=True, slots=True)
class Text:
    """One message as the gathering sees it."""

    id: int
    tenant_id: int
    place: tuple[int, int | None]
    subject: str
    body: str


def gather() -> tuple[int, int]:
    """Look at the last half year's messages; returns (new issues, messages that joined one).

    It must run alone: the worker's lock on the job sees to that.
    """
    tenants = list(Tenant.objects.values_list("id", flat=True))
    with tenant_transaction(tenants):
        texts = _texts(clock.now() - timedelta(days=DAYS))
        voices = list(IssueVoice.objects.filter(message_id__in=list(texts)).order_by("issue_id", "id"))
    bags = {key: terms(text.subject, text.body) for key, text in texts.items()}
    rarity = Rarity.of(bags.values())
    vectors = {key: rarity.vector(bag) for key, bag in bags.items()}
    known: defaultdict[int, Cluster] = defaultdict(Cluster)
    for voice in voices:
        if not voice.taken_out:
            known[voice.issue_id].add(voice.message_id, vectors[voice.message_id])
    clusters = Clusters(known.values())
    looked_at = {voice.message_id for voice in voices}
    likeness = {key: clusters.take(key, vectors[key])[1] for key in texts if key not in looked_at}
    # Known issues come first and in their order.
    found = zip_longest(clusters.all, known)
    with tenant_transaction(tenants):
        stored = _store(found, texts, likeness)
        count_voices()
    return stored


def _texts(since: datetime) -> dict[int, Text]:
    """Accepted messages that anybody of the office may read, oldest first; none about a person, none sealed."""
    rows = (
        Message.objects.filter(
            submitted_at__gte=since, accepted_at__isnull=False, is_sealed=False, concerns_person=False
        )
        .exclude(stage__in=(Stage.REDIRECTED, Stage.TERMINATED))
        .order_by("-submitted_at", "-id")
        .values_list("id", "tenant_id", "place_id", "subject", "body")[:MOST_TEXTS]
    )
    found = [Text(key, tenant, (tenant, place), subject, body) for key, tenant, place, subject, body in rows]
    return {text.id: text for text in reversed(found)}


def _store(
    found: Iterable[tuple[Cluster, int | None]], texts: Mapping[int, Text], likeness: Mapping[int, float]
) -> tuple[int, int]:
    now = clock.now()
    issues: list[CommonIssue] = []
    voices: list[IssueVoice] = []
    for cluster, known in found:
        fresh = [key for key in cluster.keys if key in likeness]
        issue_id = known
        if issue_id is None:
            said = [texts[key] for key in cluster.keys]
            if len(said) < FEWEST_VOICES or len({text.place for text in said}) < FEWEST_PLACES:
                continue
            issues.append(CommonIssue(title=title_of([text.subject for text in said]), found_at=now))
            issue_id = issues[-1].id
        voices += [
            IssueVoice(
                tenant_id=texts[key].tenant_id, issue_id=issue_id, message_id=key, likeness=likeness[key], added_at=now
            )
            for key in fresh
        ]
    CommonIssue.objects.bulk_create(issues)
    IssueVoice.objects.bulk_create(voices, batch_size=2000)
    return len(issues), len(voices)


def title_of(subjects: Sequence[str]) -> str:
    """The longest words that at least two of the subjects use, the most used first; never one person's own words."""
    used: Counter[str] = Counter()
    for subject in subjects:
        used.update(
            {
                run[start : start + length]
                for run in runs(redact(subject))
                for length in range(_SHORTEST_WORD, _LONGEST_WORD + 1)
                for start in range(len(run) - length + 1)
            }
        )
    chosen: list[str] = []
    for word, times in sorted(used.items(), key=lambda item: (-item[1] * len(item[0]), item[0])):
        if times >= 2 and not any(_overlap(word, other) for other in chosen):
            chosen.append(word)
            if len(chosen) == _TITLE_WORDS:
                break
    return "、".join(chosen) or "未命名问题"


def _overlap(one: str, other: str) -> bool:
    pairs = {one[at : at + 2] for at in range(len(one) - 1)}
    return any(other[at : at + 2] in pairs for at in range(len(other) - 1))
