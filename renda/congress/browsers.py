"""What a browser says of itself, in words that its owner knows it by."""

from __future__ import annotations

# Marks in the order of asking: each of these calls itself by the names of those below as well.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("Firefox", "火狐"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Windows", "Windows"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux"),
)


def browser_in_words(user_agent: str) -> str:
    """``Mozilla/5.0 (Linux; Android 14 …) … MicroMessenger/8.0`` → 安卓上的微信."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if system and browser:
        return f"{system}上的{browser}"
    return browser or system or "其他程序"
