"""Permissions of the congress's own actions, and which kinds of posts have them."""

from __future__ import annotations

from renda.congress.models import SEPARATED_ADMINISTRATORS, PostKind
from renda.kernel.policy import grant, permission

# Master data, kept by the office's business administrator in her congress and below.
permission("person.create", "新建人员账号")
permission("person.edit", "修改人员资料")
permission("person.invite", "发放一次性登录码")
permission("person.disable", "停用或启用账号")
permission("person.reveal", "查看联系方式")
permission("person.view", "查看人员名录")
permission("organisation.edit", "维护机构和岗位")
permission("holding.assign", "安排岗位人员")
permission("station.edit", "维护联络站")
permission("reception.arrange", "安排代表接待日")
permission("district.edit", "维护选区")
permission("roster.import", "导入代表名册")
permission("term.roll_over", "换届")
permission("congress.found", "新设下级人大")
permission("mandate.begin", "登记补选代表")
permission("mandate.edit", "修改代表信息")
permission("mandate.end", "终止、暂停或恢复代表职务")
permission("demo.build", "建立演示数据")
permission("site.found", "建立站点")
# The platform's three separated administrators.
permission("place.import", "导入行政区划")
permission("system.view", "查看系统运行情况")
permission("person.set_email", "设置他人的电子邮件地址")
permission("holding.assign_administrator", "任免平台管理员")
permission("security.sessions", "查看和结束登录会话")
permission("security.reset", "重置第二登录凭证")
permission("audit.read", "查阅审计记录")

_MASTER_DATA = (
    "person.create",
    "person.edit",
    "person.invite",
    "person.disable",
    "person.reveal",
    "person.view",
    "organisation.edit",
    "holding.assign",
    "station.edit",
    "reception.arrange",
    "district.edit",
    "roster.import",
    "term.roll_over",
    "congress.found",
    "mandate.begin",
    "mandate.edit",
    "mandate.end",
)

grant(PostKind.BUSINESS_ADMINISTRATOR, *_MASTER_DATA, where="tree")
# Flows belong to her too, never to the system administrator.
grant(PostKind.BUSINESS_ADMINISTRATOR, "flow.fork", "flow.publish", "flow.retire", "flow.transfer", where="tree")
# A township's presidium and a county's office print codes for their own people; they do not build the house.
grant(PostKind.CLERK, "person.invite", "person.reveal", "station.edit", "reception.arrange")
# The days of her own stations only (``stations_kept_for``).
grant(PostKind.STATION_MANAGER, "reception.arrange")
for _kind in (
    PostKind.CLERK,
    PostKind.ASSIGNER,
    PostKind.VETTER,
    PostKind.SUPERVISOR,
    PostKind.LEADER,
    PostKind.CHAIR,
    PostKind.VICE_CHAIR,
):
    grant(_kind, "person.view", where="tree")

grant(
    PostKind.SYSTEM_ADMINISTRATOR,
    "place.import",
    "system.view",
    # Where the platform's mail goes is a setting of the account, like its second factor; what is in it is not hers.
    "person.set_email",
    "holding.assign_administrator",
    where="tree",
)
grant(
    PostKind.SECURITY_ADMINISTRATOR,
    "security.sessions",
    "security.reset",
    "personal.view",
    "personal.export",
    "person.disable",
    "holding.assign_administrator",
    where="tree",
)
grant(PostKind.AUDIT_ADMINISTRATOR, "audit.read", where="tree")
# The command line: imports and the demo city.
grant(
    "machine",
    "place.import",
    "roster.import",
    "term.roll_over",
    "person.create",
    "demo.build",
    "site.found",
    where="scope",
)

# Who may appoint which of the three: never one's own kind, so that no kind perpetuates itself.
APPOINTS: dict[str, frozenset[str]] = {
    PostKind.SYSTEM_ADMINISTRATOR: frozenset({PostKind.SECURITY_ADMINISTRATOR}),
    PostKind.SECURITY_ADMINISTRATOR: frozenset({PostKind.SYSTEM_ADMINISTRATOR, PostKind.AUDIT_ADMINISTRATOR}),
}

# Tasks may be lent for some days; a deputy's are personal, and the three separated administrators act for nobody.
for _kind in PostKind:
    if _kind not in (PostKind.DEPUTY, *SEPARATED_ADMINISTRATORS):
        grant(_kind, "flow.delegate")
# What people say about renda itself.
grant(PostKind.SYSTEM_ADMINISTRATOR, "feedback.read", where="tree")
# Channels of notices: what is set up, what failed, and trying again.
grant(PostKind.SYSTEM_ADMINISTRATOR, "delivery.retry", where="tree")
grant(PostKind.BUSINESS_ADMINISTRATOR, "feedback.read", where="tree")
# Legal time: local rules, office hours, the calendar.
grant(PostKind.BUSINESS_ADMINISTRATOR, "deadline.keep", "calendar.load_year", where="tree")

# What carries a mark of secrecy is decided on by the office's security officer, and by nobody else.
grant(PostKind.SECRECY_OFFICER, "secrecy.decide", where="tree")
# What came in from the public zone and could not be registered.
grant(PostKind.BUSINESS_ADMINISTRATOR, "exchange.mend", where="tree")

# Breaking the glass: who may open a right for minutes, and who reads what was opened.
for _kind in (PostKind.CHAIR, PostKind.LEADER, PostKind.ASSIGNER):
    grant(_kind, "access.open")
grant(PostKind.AUDIT_ADMINISTRATOR, "access.review", where="tree")
