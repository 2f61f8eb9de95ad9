"""Pushing text into a field, with everything beside it as it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from tests.console.ground import Browser, csrf_of
from tests.hostile import fields, payloads
from tests.hostile.fields import Field, Kind, Place
from tests.hostile.ground import World
from tests.hostile.sample import ID, Sample
from tests.hostile.samples import COSTLY, PLAIN, SAMPLES
from tests.hostile.unkept import NEVER_KEPT

UNSENDABLE = (httpx.LocalProtocolError, httpx.InvalidURL)  # what no HTTP client can send


@dataclass
class Outcome:
    """What came of it: which fields took some text, and what should not have been answered."""

    kept: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    count: int = 0

    def note(self, name: str, payload: str, text: object, answer: httpx.Response) -> None:
        """Looks at one answer."""
        self.count += 1
        if answer.status_code >= 500 or answer.status_code < 200:
            self.faults.append(f"{name}: {payload}: {answer.status_code}")
        if answer.status_code < 400:
            self.kept.add(name)
        if isinstance(text, str) and _is_echoed(text, answer):
            self.faults.append(f"{name}: {payload}: echoed")


def _is_echoed(text: str, answer: httpx.Response) -> bool:
    """True if the answer's head holds the text, or a page holds it unescaped; JSON is no page."""
    marks = [part for part in ("<script", "onerror=", "planted", "127.0.0.1:9") if part in text]
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    if any(mark in head for mark in marks):
        return True
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return is_page and len(text) > 3 and any(sign in text for sign in "<\"'") and text.strip() in answer.text


def pushed(fields_: list[Field], sample: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    """The fields, each with its name; one that takes named texts counts once for each name of the sample."""
    for one in fields_:
        if one.kind != Kind.texts:
            yield one, one.name
            continue
        for inner in sample[one.name]:
            yield one, f"{one.name}.{inner}"


def targets(world: World, kinds: set[Kind]) -> list[tuple[Field, str]]:
    """Every field of these kinds that has a sample or stands in a path, by route."""
    makers = {**PLAIN, **SAMPLES}
    found = []
    for one in fields.of(world.app):
        if one.kind in kinds and (one.route in makers or one.place == Place.path):
            body = makers[one.route](world).body if one.kind == Kind.texts else {}
            found += list(pushed([one], body))
    return found


def sample_of(world: World, one: Field) -> Sample:
    """A request of the field's route that is accepted; of a route that only has a path, one about nothing there is."""
    is_refused = one.place == Place.path and one.kind == Kind.bound  # before anything else is looked at
    make = None if is_refused else {**PLAIN, **SAMPLES}.get(one.route)
    return make(world) if make else Sample(path=dict.fromkeys(re.findall(r"{(\w+)}", one.path), ID))


def push(world: World, one: Field, name: str, value: object, sample: Sample | None = None) -> httpx.Response:
    """Sends the route's sample, a new one unless it is given, with this value in this field."""
    sample = sample or sample_of(world, one)
    path = {part: quote(text, safe="") for part, text in sample.path.items()}
    if one.place == Place.path:
        path[name] = quote(_bytes(value), safe="")
    client = world.staff(sample.role) if sample.role else _visitor(world)
    url = one.path.format(**path)
    headers = {name: _bytes(value)} if one.place == Place.header else {}
    if one.method == "GET":
        query = {**sample.body, name: value} if one.place == Place.query else sample.body
        return _get(client, f"{url}?{_pairs(query)}", headers)
    if one.place == Place.form:
        return _post_form(client, url, {**sample.body, name: value})
    body = _with(sample.body, name, value) if one.place == Place.json else sample.body
    return _post_json(client, url, body, headers)


def _visitor(world: World) -> Browser:
    """Somebody who is not logged in: on the chat a worker with a session, at the desk's door a browser with a form."""
    if world.visitor is None:
        world.visitor = Browser(world.url)
        world.visitor.post("/api/chat/session", json={})
        world.visitor.csrf = csrf_of(world.visitor.get("/desk/setup").text)
    return world.visitor


def _get(client: httpx.Client, url: str, headers: dict[str, bytes]) -> httpx.Response:
    """The answer; of a stream only its head."""
    try:
        with client.stream("GET", url, headers=headers) as answer:
            if not answer.headers.get("content-type", "").startswith("text/event-stream"):
                answer.read()
            return answer
    except UNSENDABLE:
        return httpx.Response(400)


def _post_form(client: Browser, url: str, body: Mapping[str, object]) -> httpx.Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.post(url, content=_pairs({"csrf": client.csrf, **body}), headers=headers)


def _pairs(values: Mapping[str, object]) -> str:
    return "&".join(f"{quote(name)}={quote(_bytes(value), safe='')}" for name, value in values.items())


def _post_json(client: Browser, url: str, body: object, headers: dict[str, bytes]) -> httpx.Response:
    head = {"Content-Type": b"application/json", "X-CSRF": client.csrf.encode(), **headers}
    try:
        return client.post(url, content=json.dumps(body).encode(), headers=head)
    except UNSENDABLE:
        return httpx.Response(400)


def _with(body: dict[str, Any], name: str, value: object) -> dict[str, Any]:
    """The body with one value changed, also inside of another."""
    first, _, rest = name.partition(".")
    return {**body, first: _with(body.get(first) or {}, rest, value) if rest else value}


def _bytes(value: object) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")


def everything(world: World, kinds: set[Kind], values: Mapping[str, object], outcome: Outcome) -> None:
    """Pushes all of these values into all fields of these kinds."""
    for one, name in targets(world, kinds):
        chosen = {label: values[label] for label in values.keys() & payloads.FEW} if one.route in COSTLY else values
        taken = _in_groups(world, one, name, chosen, outcome)
        for label in [label for label in chosen if label not in taken]:
            outcome.note(f"{one.route} {name}", label, chosen[label], push(world, one, name, chosen[label]))


def _in_groups(world: World, one: Field, name: str, values: Mapping[str, object], outcome: Outcome) -> set[str]:
    """Pushes each group as one text; gives the labels of what the field took like that. The worst go alone, too."""
    taken: set[str] = set()
    for group in payloads.GROUPS:
        labels = [label for label in group if label in values and label not in payloads.FEW]
        text = " ".join(str(values[label]) for label in labels)
        if len(labels) > 1:
            answer = push(world, one, name, text)
            outcome.note(f"{one.route} {name}", f"group with {labels[0]}", text, answer)
            taken.update(labels if answer.status_code < 400 or f"{one.route} {name}" in NEVER_KEPT else ())
    return taken
