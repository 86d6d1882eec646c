"""What the kernel must know of messages: the fields, actions and events that a flow file may name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from renda.congress.api import PostKind, register_unit_follower
from renda.kernel import policy
from renda.kernel.exchange.api import register_builder
from renda.kernel.files.api import Access, StoredFile, register_access
from renda.kernel.flow import todo
from renda.kernel.flow.following import follow
from renda.kernel.flow.subjects import register_subject
from renda.kernel.manual import api as manual
from renda.kernel.parties import Actor
from renda.kernel.personal.declared import register_finder
from renda.kernel.search import subjects as searched
from renda.kernel.ui import menu, slots, states
from renda.kernel.ui.http import actor_of
from renda.kernel.ui.menu import Badge, Entry
from renda.voice import public_registrations, receiving, selectors, subscribing
from renda.voice.actions.following import follow_unit
from renda.voice.code_views import prints_codes, stations_to_print
from renda.voice.models import Message, PastMessage
from renda.voice.policy import works_with_messages
from renda.voice.public_copies import build_photos, build_public, expand_photos, photo_keys, public_keys
from renda.voice.publishing import build_receipts, expand_receipts, receipt_keys
from renda.voice.receipts import copy_key
from renda.voice.standing import PHOTO, PUBLIC, RECEIPT, stand
from renda.voice.telling import IMPORT_STATES, STATES

__all__ = ["public_registrations", "receiving", "subscribing"]  # loaded for what they register

ACTIONS = {
    "submit": "提出",
    "accept": "受理",
    "redirect": "指引其他渠道",
    "answer": "答复",
    "refer": "转请办理",
    "assign": "交办",
    "refer_up": "提请上级交办",
    "receive": "接收",
    "log_contact": "记沟通",
    "forward": "反馈群众",
    "redo": "重办",
    "close": "不再办理",
}


def _matter(number: str) -> tuple[int, int] | None:
    return selectors.message_of(number.strip().upper()).values_list("case_id", "tenant_id").first()


register_subject(
    "voice.Message",
    title="群众留言",
    fields={
        "deputy": ("party", "代表"),
        "responder": ("party", "反馈代表"),
        "station_manager": ("party", "联络站管理员"),
        "tenant": ("reference", "受理人大"),
        "assigning_tenant": ("reference", "交办人大"),
        "lead_unit": ("reference", "主办单位"),
        "joint_units": ("references", "会办单位"),
        "category": ("text", "类别"),
        "concerns_person": ("boolean", "反映对象为个人"),
        "has_responder": ("boolean", "有代表办理"),
        "is_assigned": ("boolean", "已交办"),
        "needs_judgement": ("boolean", "评价不满意，需研判"),
        "is_promised": ("boolean", "有未到期的承诺"),
        "promised_at": ("date", "承诺日期"),
    },
    actions=ACTIONS,
    events={"message.rated": "群众已评价"},
    rows=selectors.messages_for,
    page="voice:message.page",
)


def _holds(*kinds: PostKind) -> Callable[[Actor], bool]:
    return lambda actor: any(post.kind in kinds for post in actor.posts)


def _files(actor: Actor, file: StoredFile) -> Access:
    """Photos of a message: whoever the message exists for."""
    seen = selectors.messages_for(actor).filter(pk=file.subject_id, is_sealed=False).exists()
    return Access.FULL if seen else Access.NONE


def _public_files(actor: Actor, file: StoredFile) -> Access:
    """Painted copies, inside: whoever the message exists for."""
    seen = selectors.messages_for(actor).filter(publication__id=file.subject_id, is_sealed=False).exists()
    return Access.FULL if seen else Access.NONE


def _draft_files(actor: Actor, file: StoredFile) -> Access:
    """Pictures of a draft: whose draft it is."""
    return Access.FULL if selectors.drafts_for(actor).filter(pk=file.subject_id).exists() else Access.NONE


def _hotline(actor: Actor) -> bool:
    """The hotline's desk, where this site names a hotline."""
    return bool(settings.RENDA_HOTLINE["unit"]) and selectors.is_of_hotline(actor)


def _prints(request: HttpRequest, station: Any) -> dict[str, object] | None:
    """The way to a station's codes, for whoever may print them."""
    may = stations_to_print(actor_of(request)).filter(pk=station.pk).exists()
    return {} if may else None


slots.register("station.inside", "voice/station_print.html", _prints)
follow("voice.Message", stand)
register_unit_follower(follow_unit)
searched.register(Message, lambda message: str(message.searched_text))
register_access("voice.Message", _files)
register_finder(_matter)
register_access("voice.Publication", _public_files)
register_builder(RECEIPT, build_receipts, receipt_keys, copy_key, expand_receipts)
register_builder(PUBLIC, build_public, public_keys)
register_builder(PHOTO, build_photos, photo_keys, expand=expand_photos)
states.register(STATES)
states.register(IMPORT_STATES)
register_access("voice.MessageDraft", _draft_files)
searched.register(PastMessage, lambda past: str(past.searched_text))
menu.register(
    Entry("bench", "工作台", "voice:bench", icon="layout-dashboard", order=1, visible=lambda actor: bool(actor.posts)),
    Entry("messages", "群众留言", "voice:message.list", icon="message-2", order=10, visible=works_with_messages),
    Entry(
        "statistics",
        "统计",
        "voice:statistics",
        icon="chart-bar",
        order=20,
        visible=lambda actor: bool(policy.tenants_where(actor, "statistics.view")),
    ),
    Entry(
        "opinions",
        "社情民意",
        "voice:opinions",
        icon="messages",
        order=21,
        visible=lambda actor: bool(policy.tenants_where(actor, "opinion.view")),
    ),
    Entry("hotline", "12345 工单", "voice:hotline", icon="headset", order=30, visible=_hotline),
    Entry("watch-words", "留意词", "voice:watch.add", icon="eye-exclamation", order=62, permission="watch.edit"),
    Entry("codes", "二维码", "voice:codes", icon="qrcode", order=40, visible=prints_codes),
)
manual.chapter("deputy", "人大代表", is_for=_holds(PostKind.DEPUTY), order=20)
manual.chapter("station", "代表联络站", is_for=_holds(PostKind.STATION_MANAGER), order=30)
manual.chapter("unit", "承办单位", is_for=_holds(PostKind.CASE_OFFICER, PostKind.HANDLER_HEAD), order=40)
manual.chapter("office", "人大机关", is_for=lambda actor: policy.may(actor, "message.view", None), order=50)
menu.badge(Badge("to-do", "待办", "voice:bench", "bell", todo.to_do, order=1))
