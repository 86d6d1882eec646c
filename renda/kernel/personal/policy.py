"""Clearing and holding are done where the data lie, from the command line and by the nightly job; giving a copy by two doors."""

from __future__ import annotations

from renda.kernel.policy import grant, permission

VIEW = permission("personal.view", "查看个人信息清单")
EXPORT = permission("personal.export", "导出某人的全部个人信息")
# A matter is business of the congress, which no administrator reads: the copy is made where the data lie.
EXPORT_MATTER = permission("personal.export_matter", "导出留言人的全部个人信息")
COPY = permission("personal.copy", "下载本人的个人信息")
CLEAR = permission("personal.clear", "清除到期的个人信息")
HOLD = permission("personal.hold", "保全个人信息")
grant("signed_in", COPY)
grant("machine", CLEAR, HOLD, EXPORT, EXPORT_MATTER, where="scope")
