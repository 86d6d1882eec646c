"""The menu entry of who keeps watch over personal data; everybody's own copy is reached from 账号与安全."""

from __future__ import annotations

from allauth.usersessions.models import UserSession

from renda.kernel.personal.policy import VIEW
from renda.kernel.privacy.personal import DUTY, Kept, Personal, register_personal
from renda.kernel.ui import menu
from renda.kernel.ui.menu import Entry

_SESSION = "登录会话结束后一日内"
register_personal(
    UserSession._meta.label,
    Personal(
        {
            "ip": Kept("本人和安全管理员识别异常登录", DUTY, _SESSION, swept_by="congress.forget_old_sign_ins"),
            "user_agent": Kept("本人和安全管理员识别异常登录", DUTY, _SESSION, swept_by="congress.forget_old_sign_ins"),
            "created_at": Kept("显示登录时间", DUTY, _SESSION, swept_by="congress.forget_old_sign_ins"),
        },
        title="登录会话",
        person="user",
    ),
)
menu.register(Entry("personal", "个人信息", "personal:personal.export", icon="user-shield", order=71, permission=VIEW))
