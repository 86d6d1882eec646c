"""Keys are changed where the key file lies: from the command line, by no post."""

from __future__ import annotations

from renda.kernel.policy import grant, permission

MANAGE = permission("key.manage", "更换数据密钥")
grant("machine", MANAGE, where="scope")
