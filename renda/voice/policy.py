"""Who may do what with messages. Verbs that answer a task (answer, assign, …) are guarded by the flow: whoever has the task."""

from __future__ import annotations

from renda.congress.api import PostKind
from renda.kernel.access.api import breakable
from renda.kernel.parties import Actor
from renda.kernel.policy import grant, permission

permission("message.submit", "留言")
permission("message.register", "代群众登记")
permission("message.view", "查看本级留言")
permission("message.view_sealed", "查看封存留言")
permission("message.reveal", "查看联系方式")
permission("message.urge", "催办")
permission("message.oversee", "登记督办决定")
permission("message.export", "导出留言")
permission("message.publish", "公开留言")
permission("message.withdraw_consent", "撤回公开同意")
permission("joiner.join", "我也反映")
permission("joiner.rate", "共同反映人评价")
permission("statistics.view", "查看留言统计")
permission("issue.edit", "整理共性问题")
permission("opinion.view", "查询社情民意")
permission("message.rate", "评价")
permission("message.record_rating", "代录群众评价")
permission("message.replay", "导入历史留言")
permission("message.work", "办理留言")
permission("watch.edit", "维护留意词")
permission("hotline.work", "登记 12345 工单")
permission("history.import", "导入和撤回历史留言")

grant("public", "message.submit", "message.rate", "message.withdraw_consent", where="scope")
grant("public", "joiner.join", "joiner.rate", where="scope")
# A posts' holder works on what her tasks name; the flow decides which.
grant("signed_in", "message.work")

_OFFICE = (PostKind.ASSIGNER, PostKind.VETTER, PostKind.CLERK, PostKind.SUPERVISOR)
for _kind in _OFFICE:
    grant(_kind, "message.view", "message.export", where="tree")
    grant(_kind, "message.register", "message.record_rating", "message.reveal")
# A business administrator frees what cannot go its way; a flow names whose case she administers.
for _kind in (PostKind.LEADER, PostKind.CHAIR, PostKind.VICE_CHAIR, PostKind.BUSINESS_ADMINISTRATOR):
    grant(_kind, "message.view", "message.export", where="tree")
# Whoever works on messages takes her own list with her; which rows it has, the selector says.
for _kind in (PostKind.DEPUTY, PostKind.STATION_MANAGER, PostKind.CASE_OFFICER, PostKind.HANDLER_HEAD):
    grant(_kind, "message.export")
grant(PostKind.BUSINESS_ADMINISTRATOR, "watch.edit")
for _kind in (PostKind.CLERK, PostKind.BUSINESS_ADMINISTRATOR):
    grant(_kind, "history.import")
for _kind in (PostKind.VETTER, PostKind.SUPERVISOR):
    grant(_kind, "message.view_sealed")
# Whoever vets what comes in also decides what everybody may read; the assigner knows the answer.
for _kind in (PostKind.VETTER, PostKind.ASSIGNER):
    grant(_kind, "message.publish")
grant(PostKind.ASSIGNER, "message.urge", where="tree")
grant(PostKind.SUPERVISOR, "message.urge", "message.oversee", where="tree")
for _kind in (*_OFFICE, PostKind.LEADER, PostKind.CHAIR, PostKind.VICE_CHAIR):
    grant(_kind, "statistics.view", "opinion.view", where="tree")
grant(PostKind.DEPUTY, "opinion.view", where="tree")
for _kind in _OFFICE:
    grant(_kind, "issue.edit", where="tree")
grant(PostKind.STATION_MANAGER, "message.register", "message.record_rating", "message.urge", "message.reveal")
grant(PostKind.CASE_OFFICER, "message.reveal", "hotline.work", where="scope")
grant(PostKind.DEPUTY, "message.reveal", "message.urge", where="scope")
grant("machine", "message.submit", "message.rate", "message.replay", "message.work", "hotline.work", where="scope")

# A sealed text may be opened by whoever answers for the office, for half an hour and with a reason.
breakable("message.view_sealed", minutes=30, url_name="voice:message.list", query="stage=redirected")

# The platform's three administrators have no business of the congress.
_PLATFORM = {PostKind.SYSTEM_ADMINISTRATOR, PostKind.SECURITY_ADMINISTRATOR, PostKind.AUDIT_ADMINISTRATOR}


def works_with_messages(actor: Actor) -> bool:
    """Everybody with a post but the platform's administrators."""
    return any(post.kind not in _PLATFORM for post in actor.posts)
