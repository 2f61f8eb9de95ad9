"""What a browser calls itself, in two words that its owner knows again."""

from __future__ import annotations

# The first that is found counts: nearly every browser claims to be Safari, too.
_BROWSERS = {
    "MicroMessenger": "微信",
    "DingTalk": "钉钉",
    "Edg/": "Edge",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "HarmonyOS": "鸿蒙",
    "Android": "安卓",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def device_of(user_agent: str) -> str:
    """Gives such as "Chrome · Windows"; never a part of the header itself, which anybody can write as they like."""
    found = [next((word for sign, word in names.items() if sign in user_agent), "") for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or "不认得的设备"
