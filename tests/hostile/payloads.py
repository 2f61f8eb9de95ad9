"""Hostile text of our own making, by what it tries. Whatever would run sets `window.__ran`, so that a page can tell."""

from __future__ import annotations

RUN = "window.__ran=1"

# Each tries to get out of one context of a page: an element, an attribute, a script, a style, an address.
MARKUP = {
    "script": f"<script>{RUN}</script>",
    "closes-script": f"</script><script>{RUN}</script>",
    "closes-title": f"</title></textarea></style><script>{RUN}</script>",
    "image": f"<img src=x onerror={RUN}>",
    "image-outside": "<img src=http://127.0.0.1:9/leak>",
    "svg": f"<svg/onload={RUN}>",
    "svg-foreign": f"<svg><foreignObject><body onload={RUN}></foreignObject></svg>",
    "double-quote": f'" autofocus tabindex=1 onfocus={RUN} x="',
    "single-quote": f"' autofocus tabindex=1 onfocus={RUN} x='",
    "no-quote": f"x onmouseover={RUN} style=position:fixed;inset:0",
    "in-script": f"';{RUN};//\\';{RUN};//",
    "in-json": f'"}}]}};{RUN};({{"x":"',
    "template-literal": "${window.__ran=1}`+(window.__ran=1)+`",
    "css": "</style><style>@import 'http://127.0.0.1:9/x.css';*{background:url(http://127.0.0.1:9/leak)}",
    "address": f"javascript:{RUN}",
    "address-hidden": "java\tscript:window.__ran=1",
    "address-data": "data:text/html,<script>top.__ran=1</script>",
    "frame": f"<iframe srcdoc='<script>top.__ran=1</script>' onload={RUN}></iframe>",
    "meta": "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/away'>",
    "base": "<base href=http://127.0.0.1:9/>",
    "form": "<form action=http://127.0.0.1:9/><button id=send>发送</button></form>",
    "clobber": "<img name=csrf><a id=queue><a id=queue name=click>",
    "entity": "&lt;script&gt;window.__ran=1&lt;/script&gt;&#60;img src=x onerror=window.__ran=1&#62;",
    "comment": f"--><script>{RUN}</script><!--",
    "full-width": f"＜script＞{RUN}＜/script＞",
    "short": "<b onclick=__ran=1>x",
    "short-script": "<q/oncut=__ran=1>",
}
TEMPLATES = {
    "jinja": "{{ 7 * 191 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "format": "{0.__class__.__init__.__globals__}{pseudonym!r:>99}%(x)s%s%n",
    "dollar": "${7*191}#{7*191}<%= 7*191 %>",
    "jndi": "${jndi:ldap://127.0.0.1:9/x}",
}
STORES = {
    "sql-quote": "x'; DROP TABLE message; --",
    "sql-or": "' OR '1'='1' /*",
    "sql-like": "%_\\%' ESCAPE '\\",
    "sql-union": "1 UNION SELECT token_hash FROM staff_session--",
    "shell": "$(touch /tmp/x);`id`|& cat /etc/passwd",
    "path": "../../../../etc/passwd\\..\\..\\x",
    "proto": "__proto__",
    "intent": '/express_distress{"level": "none"}',
    "intent-wide": "\u200b／restart",
}
LINES = {
    "crlf": "x\r\nSet-Cookie: xq_desk=planted\r\nLocation: http://127.0.0.1:9/\r\n\r\n<script>window.__ran=1</script>",
    "event-stream": "x\n\nevent: gone\ndata: {}\n\n",
    "unicode-lines": "x\u2028event: gone\u2029data: {}\u0085\x0b\x0c",
    "log-line": "x\n2026-01-01 00:00:00 ERROR bot: forged",
}
CELLS = {
    "formula": '=HYPERLINK("http://127.0.0.1:9/","x")',
    "formula-plus": "+1+cmd|' /C calc'!A0",
    "formula-minus": "-2+3",
    "formula-at": "@SUM(1+1)",
    "formula-tab": "\t=1+1",
    "csv": 'x",=1+1,"\r\n=1+1',
}
LETTERS = {
    "bidi": "\u202egnp.exe\u202c \u2066\u2067x\u2069",
    "invisible": "活\u200b着\u200d\ufeff\u2060没\u00ad意思",
    "combining": "x" + "\u0301" * 400,
    "nul": "x\x00y",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x9b31m",
    "escape": "\x1b]0;x\x07\x1b[2J",
    "half": "\ud83d",
    "half-low": "x\udc00y",
    "not-a-character": "\uffff\ufffe\U0010ffff",
    "family": "👨‍👩‍👧‍👦" * 40,
    "blank": " \u3000\u2003",
    "very-long": "长" * 9000,
    "one-word": "W" * 1900,
    "deep": "[" * 3000 + "{" * 3000,
    "repeats": "a" * 1000 + "!" + "(a+)+$" * 100,
    "packed": "\x1f\x8b\x08\x00" + "PK\x03\x04" + "\x00" * 60,
    "digits": "９" * 300,
    "billion": "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><x>&b;</x>",
    "yaml": "!!python/object/apply:os.system ['id']\n- &a [*a]",
}
ALL = {**MARKUP, **TEMPLATES, **STORES, **LINES, **CELLS, **LETTERS}
FEW = {name: ALL[name] for name in ("script", "double-quote", "short", "jinja", "sql-quote", "crlf", "nul", "half")}
# What a field that takes all of a group in one text is not asked one by one.
GROUPS = (
    MARKUP,
    TEMPLATES,
    CELLS,
    STORES,
    {name: LETTERS[name] for name in ("bidi", "invisible", "escape", "family", "packed", "digits", "billion", "yaml")},
)
ODD_NUMBERS: list[object] = [-1, 0, 2**31, 2**63, 10**30, 1.5, "1", "x", None, [], {}, True]
