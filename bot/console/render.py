"""Pages from templates: everything is escaped, and a name that is missing is an error."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.console import assets

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
_templates.globals["static"] = assets.url


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Gives a page."""
    return HTMLResponse(_templates.get_template(template).render(**values), status)
