"""Organisations and their posts: set up, renamed, closed by the office; what they leave behind is handed over."""

from __future__ import annotations

from datetime import timedelta

from renda.congress.models import (
    HEAD_KINDS,
    SEPARATED_ADMINISTRATORS,
    Congress,
    CongressLevel,
    DepartmentKind,
    Organisation,
    OrganisationKind,
    Place,
    Post,
    PostKind,
    Station,
)
from renda.congress.selectors import congresses_for, organisations_for, posts_for
from renda.congress.structure import ESSENTIAL, HANDLING_KINDS, ONLY_ONE, kinds_to_add, posts_of
from renda.kernel import clock
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.flow.models import Task
from renda.kernel.parties.models import Holding, Party
from renda.kernel.privacy.api import clean_text

# Deputies are elected; the platform's administrators are made with the platform; a station's manager comes with it.
_NOT_BY_HAND = (PostKind.DEPUTY, PostKind.STATION_MANAGER, *SEPARATED_ADMINISTRATORS)


def _checked_name(name: str, tenant_id: int, own: int = 0) -> str:
    text = clean_text(name, one_line=True)
    if not text or len(text) > 80:
        raise Invalid("organisation.name", fields={"name": "请填写名称，不超过 80 个字。"})
    others = Organisation.objects.filter(tenant_id=tenant_id, name=text, is_active=True).exclude(id=own)
    if others.exists():
        raise Invalid("organisation.name", fields={"name": "已有同名的机构。"})
    return text


@new("organisation.create", title="新建机构", permission="organisation.edit")
def organisation_create(
    ctx: Context,
    *,
    congress: Congress,
    kind: str,
    name: str,
    short_name: str = "",
    department: str = "",
    parent: Organisation | None = None,
    place: Place | None = None,
    is_vertical: bool = False,
) -> Organisation:
    """An organisation with the posts of its kind; people are appointed after. Handling units can be assigned to.

    Raises:
        NotFound: not a congress of the actor's.
        Invalid: a kind that this level does not have, a second one of what there is once, a name that is taken, a
            parent of another congress, a department without what it looks after.
    """
    if not congresses_for(ctx.actor).filter(tenant_id=congress.tenant_id).exists():
        raise NotFound
    faults = {}
    allowed = kinds_to_add(CongressLevel(congress.level))
    if kind not in allowed:
        faults["kind"] = f"{congress.name}不设这一类机构。"
    elif kind in ONLY_ONE and _there(congress.tenant_id, kind):
        faults["kind"] = "这一类机构只设一个，已经有了。"
    if department and department not in DepartmentKind.values:
        faults["department"] = "请选择部门职责。"
    if kind == OrganisationKind.GOVERNMENT_DEPARTMENT and not department:
        faults["department"] = "政府部门请选择部门职责，系统据此建议承办单位。"
    if parent is not None and (parent.tenant_id != congress.tenant_id or not parent.is_active):
        faults["parent"] = "上级机构应属于同一人大。"
    if kind == OrganisationKind.SUBDISTRICT_COMMITTEE and (place is None or not place.is_subdistrict):
        faults["place"] = "请选择工委所在的街道。"
    if faults:
        raise Invalid("organisation.fields", fields=faults)
    organisation = Organisation(
        tenant_id=congress.tenant_id,
        parent=parent,
        place=place or congress.place,
        kind=kind,
        department=department,
        name=_checked_name(name, congress.tenant_id),
        short_name=clean_text(short_name, one_line=True)[:40],
        is_handler=kind in HANDLING_KINDS,
        is_vertical=is_vertical,
        is_demo=congress.is_demo,
    )
    ctx.insert(organisation)
    for post_kind, title in posts_of(OrganisationKind(kind), CongressLevel(congress.level)).items():
        _add_post(ctx, organisation, post_kind, title)
    return organisation


def _there(tenant_id: int, kind: str) -> bool:
    return Organisation.objects.filter(tenant_id=tenant_id, kind=kind, is_active=True).exists()


def _add_post(ctx: Context, organisation: Organisation, kind: str, title: str) -> Post:
    party = Party(kind=Party.Kind.POST, name=f"{organisation.name}·{title}", tenant_id=organisation.tenant_id)
    post = Post(party=party, tenant_id=organisation.tenant_id, organisation=organisation, kind=kind, title=title)
    ctx.insert(party, post)
    return post


@existing("organisation.edit", title="修改机构", permission="organisation.edit", select=organisations_for)
def organisation_edit(
    ctx: Context,
    organisation: Organisation,
    *,
    name: str,
    short_name: str = "",
    department: str = "",
    parent: Organisation | None = None,
    is_vertical: bool = False,
) -> Organisation:
    """Rename an organisation or put it under another one. Its posts, its people and its open tasks stay.

    Raises:
        Invalid: a name that is taken, another congress's or its own parent, an unknown department.
        Refused: it is closed.
    """
    _need_open(organisation)
    before = organisation.name
    organisation.name = _checked_name(name, organisation.tenant_id, organisation.id)
    if department and department not in DepartmentKind.values:
        raise Invalid("organisation.department", fields={"department": "请选择部门职责。"})
    if parent is not None and (parent.tenant_id != organisation.tenant_id or _lies_under(parent, organisation)):
        raise Invalid("organisation.parent", fields={"parent": "上级机构应属于同一人大，且不在本机构之下。"})
    organisation.short_name = clean_text(short_name, one_line=True)[:40]
    organisation.department, organisation.parent, organisation.is_vertical = department, parent, is_vertical
    ctx.update(organisation, "name", "short_name", "department", "parent", "is_vertical")
    if organisation.name != before:
        for post in Post.objects.filter(organisation=organisation).select_related("party"):
            post.party.name = f"{organisation.name}·{post.title}"[:100]
            ctx.update(post.party, "name")
        ctx.detail(was=before)
    return organisation


def _lies_under(one: Organisation, above: Organisation) -> bool:
    current: Organisation | None = one
    while current is not None:
        if current.id == above.id:
            return True
        current = current.parent
    return False


def _need_open(organisation: Organisation) -> None:
    if not organisation.is_active:
        raise Refused("organisation.closed", "这个机构已经撤销。")


@existing("organisation.close", title="撤销机构", permission="organisation.edit", select=organisations_for)
def organisation_close(
    ctx: Context, organisation: Organisation, *, reason: str, successor: Organisation | None = None
) -> Organisation:
    """Close an organisation: its posts end with it, open tasks go to the posts of the same kind of the successor.

    Raises:
        Invalid: no reason; open tasks or stations without a successor; a successor that is closed, elsewhere, or does
            not handle matters while this one does.
        Refused: it is closed, or a congress cannot be without it, or there are organisations under it.
    """
    _need_open(organisation)
    if organisation.kind in ESSENTIAL:
        raise Refused("organisation.essential", "这个机构是本级人大依法设立或平台运行必需的，不能撤销。")
    if Organisation.objects.filter(parent=organisation, is_active=True).exists():
        raise Refused("organisation.children", "这个机构还有下属机构，请先撤销或调整它们。")
    posts = list(Post.objects.filter(organisation=organisation, party__is_active=True).select_related("party"))
    faults = _faults_of_closing(organisation, posts, reason, successor)
    if faults:
        raise Invalid("organisation.close", fields=faults)
    heirs = _heirs(successor)
    for post in posts:
        if post.kind == PostKind.STATION_MANAGER and successor is not None:
            # The station goes on with its manager; only its keeper is another.
            post.organisation = successor
            post.party.name = f"{successor.name}·{post.title}"[:100]
            ctx.update(post, "organisation")
            ctx.update(post.party, "name")
        else:
            _close_post(ctx, post, heirs.get(post.kind) or next(iter(heirs.values()), None))
    organisation.is_active, organisation.merged_into = False, successor
    ctx.update(organisation, "is_active", "merged_into")
    if successor is not None:
        ctx.defer("congress.follow_unit", closed=organisation.id, successor=successor.id)
    return organisation


def _faults_of_closing(
    organisation: Organisation, posts: list[Post], reason: str, successor: Organisation | None
) -> dict[str, str]:
    faults = {} if reason.strip() else {"reason": "请写明撤销的原因或文件依据。"}
    if successor is None:
        waiting = Task.objects.filter(assignee_id__in=[post.party_id for post in posts], state__in=("open", "waiting"))
        if number := waiting.count():
            faults["successor"] = f"还有 {number} 件待办没有办结，请选择承接的机构。"
        elif Station.objects.filter(manager__in=posts, is_active=True).exists():
            faults["successor"] = "它管理的联络站仍在开放，请选择承接的机构。"
    elif (
        successor.id == organisation.id
        or not successor.is_active
        or successor.tenant_id != organisation.tenant_id
        or (organisation.is_handler and not successor.is_handler)
    ):
        faults["successor"] = "请选择同一人大的另一个在用机构；承办单位由承办单位承接。"
    return faults


def _heirs(successor: Organisation | None) -> dict[str, int]:
    """The successor's posts by kind, who answers for it first."""
    if successor is None:
        return {}
    posts = Post.objects.filter(organisation=successor, party__is_active=True).order_by("party_id")
    kinds = sorted(posts, key=lambda post: (post.kind not in HEAD_KINDS, post.party_id))
    heirs: dict[str, int] = {}
    for post in kinds:
        heirs.setdefault(post.kind, post.party_id)
    return heirs


def _close_post(ctx: Context, post: Post, heir: int | None) -> None:
    post.party.is_active = False
    ctx.update(post.party, "is_active")
    for holding in Holding.objects.filter(post_id=post.party_id, ends_on__isnull=True):
        holding.ends_on = clock.today() - timedelta(days=1)
        ctx.update(holding, "ends_on")
    ctx.defer("congress.hand_over_all", person=post.party_id, successor=heir)


@existing("post.create", title="新设岗位", permission="organisation.edit", select=organisations_for)
def post_create(ctx: Context, organisation: Organisation, *, kind: str, title: str) -> Post:
    """A post in an organisation. One of this name that was closed is opened again.

    Raises:
        Forbidden: deputies, station managers and the platform's administrators are not set up by hand.
        Invalid: no such kind, no title, or one that is taken.
        Refused: the organisation is closed.
    """
    _need_open(organisation)
    if kind in _NOT_BY_HAND:
        raise Forbidden(
            "post.kind", "代表由选举产生，联络站管理员随联络站设立，平台管理员岗位固定三个，都不在这里新设。"
        )
    if kind not in PostKind.values:
        raise Invalid("post.kind", fields={"kind": "请选择岗位类别。"})
    text = _checked_title(title)
    known = Post.objects.filter(organisation=organisation, title=text).select_related("party").first()
    if known is not None:
        if known.party.is_active or known.kind != kind:
            raise Invalid("post.title", fields={"title": "已有同名的岗位。"})
        known.party.is_active = True
        ctx.update(known.party, "is_active")
        return known
    return _add_post(ctx, organisation, kind, text)


def _checked_title(title: str) -> str:
    text = clean_text(title, one_line=True)
    if not text or len(text) > 60:
        raise Invalid("post.title", fields={"title": "请填写岗位名称，不超过 60 个字。"})
    return text


@existing("post.edit", title="修改岗位名称", permission="organisation.edit", select=posts_for)
def post_edit(ctx: Context, post: Post, *, title: str) -> Post:
    """Another title; kind, holders and tasks stay.

    Raises:
        Forbidden: a post of the platform's administrators.
        Invalid: no title, or one that is taken.
    """
    _need_by_hand(post)
    text = _checked_title(title)
    if Post.objects.filter(organisation_id=post.organisation_id, title=text).exclude(party_id=post.party_id).exists():
        raise Invalid("post.title", fields={"title": "已有同名的岗位。"})
    post.title, post.party.name = text, f"{post.organisation.name}·{text}"[:100]
    ctx.update(post, "title")
    ctx.update(post.party, "name")
    return post


@existing("post.close", title="撤销岗位", permission="organisation.edit", select=posts_for)
def post_close(ctx: Context, post: Post, *, reason: str, successor: Post | None = None) -> Post:
    """A post ends, and with it who holds it; its open tasks go to the successor.

    Raises:
        Forbidden: deputies', station managers' and the platform's administrators' posts.
        Invalid: no reason; open tasks without a successor; a successor of another organisation.
        Refused: closed already.
    """
    _need_by_hand(post)
    if not post.party.is_active:
        raise Refused("post.closed", "这个岗位已经撤销。")
    faults = {} if reason.strip() else {"reason": "请写明原因。"}
    number = Task.objects.filter(assignee_id=post.party_id, state__in=("open", "waiting")).count()
    if successor is None and number:
        faults["successor"] = f"还有 {number} 件待办没有办结，请选择承接的岗位。"
    if successor is not None and (
        successor.party_id == post.party_id
        or successor.organisation_id != post.organisation_id
        or not successor.party.is_active
    ):
        faults["successor"] = "请选择本机构的另一个岗位。"
    if faults:
        raise Invalid("post.close", fields=faults)
    _close_post(ctx, post, successor.party_id if successor is not None else None)
    return post


def _need_by_hand(post: Post) -> None:
    if post.kind in _NOT_BY_HAND:
        raise Forbidden("post.kind", "代表、联络站管理员和平台管理员的岗位不在这里修改。")
