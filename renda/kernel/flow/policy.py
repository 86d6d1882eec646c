"""Permissions on flows themselves. Who has them is said by the capability that knows posts."""

from __future__ import annotations

from renda.kernel.policy import permission

FORK = permission("flow.fork", "修改流程")
PUBLISH = permission("flow.publish", "发布流程")
RETIRE = permission("flow.retire", "停用流程")
TRANSFER = permission("flow.transfer", "指派办理人")
DELEGATE = permission("flow.delegate", "委托办理")
