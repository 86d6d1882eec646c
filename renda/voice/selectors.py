"""Which messages exist for whom. Pages, exports, the API and search all fetch through here."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import GreaterThan, IsNull

from renda.congress.api import Organisation, Person, PostKind
from renda.kernel.files.api import StoredFile
from renda.kernel.flow import api as flow
from renda.kernel.flow.models import Task
from renda.kernel.parties import Actor
from renda.kernel.policy import tenants_where
from renda.kernel.privacy.fields import EncryptedTextField
from renda.voice.hotline import is_hotline
from renda.voice.models import (
    Answer,
    Assignment,
    CommonIssue,
    ContactLog,
    HotlineTicket,
    IssueVoice,
    Joiner,
    Message,
    MessageDraft,
    MessageImport,
    PastMessage,
    Rating,
    Stage,
    WatchWord,
)

# Opened only by the act that reveals them: no list waits for it, and all goes on when a key is lost.
_CLOSED = [
    f"{prefix}{field.name}"
    for prefix, model in (("", Message), ("deputy__", Person))
    for field in model._meta.concrete_fields
    if isinstance(field, EncryptedTextField)
]


# Above this a page is sooner full by walking than by gathering all that is hers (measured at 1,000,000).
MANY = 2000


def _messages() -> QuerySet[Message]:
    rows: QuerySet[Message] = Message.objects.defer(*_CLOSED)
    return rows


def messages_for(actor: Actor, *, listed: bool = False) -> QuerySet[Message]:
    """The messages that exist for an actor; ``listed``: the same rows for a list of them, where few of very many are hers.

    Staff: those of the congresses where a post of theirs may look. Deputies: those left for them. Station managers:
    those of their stations. Units: those assigned to them. Whoever has or had a task, or is lent one: its message. A
    message about a person never exists for that person, so what was left for a deputy does not exist for her, in
    whatever post, before somebody else has vetted it. A sealed one exists only for those who vet and supervise.
    """
    rows = _messages()
    if actor.kind == "machine":
        return rows
    if not actor.is_signed_in:
        return rows.none()
    posts = {kind: [post for post in actor.posts if post.kind == kind] for kind in {post.kind for post in actor.posts}}
    units = units_of(actor)
    managed = [post.post_id for post in posts.get(PostKind.STATION_MANAGER, [])]
    looks_at = tenants_where(actor, "message.view")
    mine = [Q(deputy_id=actor.party_id)]
    if looks_at:
        mine += [Q(tenant_id__in=looks_at), Q(assigning_tenant_id__in=looks_at)]
    if managed:
        mine.append(Q(station__manager_id__in=managed))
    assigned = Assignment.objects.filter(unit_id__in=units)
    has_many = bool(units) and assigned.order_by()[MANY : MANY + 1].exists() if listed and not looks_at else False
    if listed and not looks_at and not has_many:
        # Few of very many are hers: each reason brings its own by its index.
        tasks = Task.objects.filter(flow.brings(actor), case__subject_type=Message._meta.label)
        parts: list[Any] = [_messages().filter(part).values("pk") for part in mine]
        if units:
            parts.append(assigned.values("message_id"))
        rows = rows.filter(pk__in=tasks.values("case__subject_id").union(*parts))
    else:
        # One is asked, or nearly all are hers, or a good part: each is looked at in turn, newest first, until a page is full.
        there_is = _probe if has_many else Exists
        mine.append(Q(there_is(Task.objects.filter(flow.brings(actor), case_id=OuterRef("case_id")))))
        if units:
            mine.append(Q(there_is(assigned.filter(message_id=OuterRef("pk")))))
        rows = rows.filter(reduce(or_, mine))
    return _may_see(actor, rows)


def _may_see(actor: Actor, rows: QuerySet[Message]) -> QuerySet[Message]:
    """Without what is sealed to her, and what is about her."""
    sealed = Q(is_sealed=True) & ~Q(tenant_id__in=tenants_where(actor, "message.view_sealed"))
    about_her = Q(deputy_id=actor.party_id) & (Q(concerns_person=True) | Q(accepted_at=None))
    return rows.exclude(sealed).exclude(about_her)


def _probe(rows: QuerySet[Any]) -> IsNull:
    """Whether there is one, looked up row by row: for an EXISTS the database may first read all that is hers."""
    return IsNull(Subquery(rows.order_by().values("pk")[:1]), rhs=False)


def led_messages(actor: Actor) -> QuerySet[Message]:
    """Of the messages that exist for an actor those that her own units lead (主办)."""
    return _may_see(actor, _messages().filter(lead_unit_id__in=units_of(actor)))


def units_of(actor: Actor) -> list[int]:
    """The handling units in which the actor works."""
    kinds = (PostKind.CASE_OFFICER, PostKind.HANDLER_HEAD)
    return sorted({post.organisation_id for post in actor.posts if post.kind in kinds})


def messages_to_handle(actor: Actor) -> QuerySet[Message]:
    """The same for actions, with what the flow asks of a message read along: a set costs no more queries than one."""
    return messages_for(actor).select_related("tenant", "assigning_tenant", "lead_unit", "station")


def messages_to_vet(actor: Actor) -> QuerySet[Message]:
    """The same with the words that hold a message."""
    return messages_to_handle(actor).select_related("hold")


def waiting_words() -> Q:
    """Of messages: a person still has to look at their words (``watching.waiting``)."""
    return Q(stage=Stage.VET, hold__isnull=False, hold__decided_at=None)


def held_for(actor: Actor) -> QuerySet[Message]:
    """Messages that wait for a person to look at their words."""
    return messages_for(actor).filter(waiting_words())


def watch_words_for(actor: Actor) -> QuerySet[WatchWord]:
    """The words of the congresses whose list the actor keeps."""
    rows: QuerySet[WatchWord] = WatchWord.objects.filter(tenant_id__in=tenants_where(actor, "watch.edit"))
    return rows


def messages_in_units(actor: Actor) -> QuerySet[Message]:
    """The same with the assignments that are running, for what units do."""
    running = Assignment.objects.filter(sent_back_at=None, answered_at=None)
    return messages_to_handle(actor).prefetch_related(Prefetch("assignments", running, to_attr="running"))


def message_of(receipt_number: str) -> QuerySet[Message]:
    """The message behind a receipt number; the caller has checked the query word and set the scope."""
    return _messages().filter(receipt_number=receipt_number)


def joiners(actor: Actor) -> QuerySet[Joiner]:
    """Those who joined public messages, for whoever comes with a receipt; the page has opened it."""
    rows: QuerySet[Joiner] = Joiner.objects.defer("contact_name", "contact_phone")
    return rows


def for_lists(rows: QuerySet[Message]) -> QuerySet[Message]:
    """What a list shows, in a constant number of queries."""
    return rows.select_related("place", "deputy__party", "station", "lead_unit", "case", "hold").defer(
        "body", "proposal"
    )


def for_page(rows: QuerySet[Message]) -> QuerySet[Message]:
    """What the page of one message shows, and which of its further rows there are: what is not there is not asked for."""
    rows = rows.select_related(
        "tenant", "place", "deputy__party", "station", "lead_unit", "case", "assigning_tenant", "publication", "hold"
    )
    return rows.annotate(
        has_photos=Exists(StoredFile.objects.filter(subject_id=OuterRef("pk"))),
        has_contacts=Exists(ContactLog.objects.filter(message_id=OuterRef("pk"))),
        joined=_counted(Joiner),
        answer_count=_counted(Answer),
        has_ratings=Exists(Rating.objects.filter(message_id=OuterRef("pk"))),
        # Closed values have a length; what is not given is empty.
        has_address=Case(
            When(GreaterThan(Length("contact_name") + Length("contact_phone"), 0), then=True), default=False
        ),
    )


def _counted(model: type[Joiner | Answer]) -> Coalesce:
    """How many rows of a model a message has."""
    of_it = model.objects.filter(message_id=OuterRef("pk")).order_by().values("message_id")
    return Coalesce(Subquery(of_it.annotate(number=Count("pk")).values("number")), 0)


def deputies_among(mandates: QuerySet[Any]) -> QuerySet[Person]:
    """The people who hold these mandates."""
    return Person.objects.filter(pk__in=mandates.values("person_id")).order_by("pinyin")


def voices_for(actor: Actor) -> QuerySet[IssueVoice]:
    """Messages in common issues, of the congresses whose figures the actor sees."""
    rows: QuerySet[IssueVoice] = IssueVoice.objects.filter(
        tenant_id__in=tenants_where(actor, "statistics.view"), taken_out=False, message__is_sealed=False
    )
    return rows


def issues_for(actor: Actor) -> QuerySet[CommonIssue]:
    """Common issues with a voice that the actor sees."""
    return CommonIssue.objects.filter(Exists(voices_for(actor).filter(issue_id=OuterRef("pk"))))


def opinions_for(actor: Actor) -> QuerySet[Message]:
    """What constituents have said in the actor's congresses, to be shown without who said it to whom.

    Nothing sealed, nothing about a person, nothing that was shown another door or is not yet accepted.
    """
    rows = _messages().filter(
        tenant_id__in=tenants_where(actor, "opinion.view"),
        accepted_at__isnull=False,
        is_sealed=False,
        concerns_person=False,
    )
    return rows.exclude(stage__in=(Stage.REDIRECTED, Stage.TERMINATED))


def imports_for(actor: Actor) -> QuerySet[MessageImport]:
    """The spreadsheets of former messages of the congresses in which the actor may bring some in."""
    rows: QuerySet[MessageImport] = MessageImport.objects.all()
    if actor.kind == "machine":
        return rows
    return rows.filter(tenant_id__in=tenants_where(actor, "history.import"))


def past_messages_for(actor: Actor) -> QuerySet[PastMessage]:
    """Former messages: staff see those of their congresses, a deputy those that name her."""
    rows: QuerySet[PastMessage] = PastMessage.objects.defer("contact_name", "contact_phone")
    if not actor.is_signed_in:
        return rows.none()
    mine = Q(tenant_id__in=tenants_where(actor, "message.view")) | Q(deputy_id=actor.party_id)
    return rows.filter(mine).select_related("place", "deputy__party", "unit", "source")


def drafts_for(actor: Actor) -> QuerySet[MessageDraft]:
    """One's own drafts, where one may still register."""
    rows: QuerySet[MessageDraft] = MessageDraft.objects.filter(
        author_id=actor.party_id, tenant_id__in=tenants_where(actor, "message.register")
    )
    return rows


def tickets_for(actor: Actor) -> QuerySet[HotlineTicket]:
    """The hotline's tickets: for the case officers of the hotline's desk."""
    rows: QuerySet[HotlineTicket] = HotlineTicket.objects.select_related("assignment__message")
    if actor.kind == "machine":
        return rows
    return rows.filter(assignment__unit_id__in=_offices(actor))


def is_of_hotline(actor: Actor) -> bool:
    """Whether she is a case officer of the hotline's desk."""
    if "voice.hotline" not in actor.kept:
        units = Organisation.objects.filter(pk__in=_offices(actor))
        actor.kept["voice.hotline"] = any(is_hotline(unit) for unit in units)
    return bool(actor.kept["voice.hotline"])


def _offices(actor: Actor) -> list[int]:
    return [post.organisation_id for post in actor.posts if post.kind == PostKind.CASE_OFFICER]
