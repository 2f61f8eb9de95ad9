"""Pages from templates: everything is escaped, and a name that is missing is an error."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.console import assets
from bot.db.demo_mark import is_demo

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
_templates.globals["static"] = assets.url


DEMO_MARK = '<p class="demo-mark" role="note">演示 · 人和话都是编的</p>'
_BODY = re.compile(r"<body\b[^>]*>")


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Gives a page; in a demo it says so at its top."""
    html = _templates.get_template(template).render(**values)
    return HTMLResponse(_BODY.sub(lambda body: body.group() + DEMO_MARK, html, count=1) if is_demo() else html, status)
