"""Every field that somebody outside can fill, read off the routes themselves, so that a new one cannot be forgotten."""

from __future__ import annotations

import enum
import types
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Union, get_args, get_origin

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from pydantic.fields import FieldInfo


class Place(StrEnum):
    """Where in a request a field stands."""

    path = "path"
    query = "query"
    header = "header"
    cookie = "cookie"
    form = "form"
    json = "json"


class Kind(StrEnum):
    """What may stand in it: any text, text that must fit a pattern or a list, a number, or a set of named texts."""

    text = "text"
    bound = "bound"
    number = "number"
    texts = "texts"


@dataclass(frozen=True)
class Field:
    """One field of one route; the name of a nested one has dots."""

    method: str
    path: str
    place: Place
    name: str
    kind: Kind

    @property
    def route(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    def __str__(self) -> str:
        return f"{self.route} {self.name}"


def of(app: FastAPI) -> list[Field]:
    """All fields of all routes."""
    found = []
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        if dependant is None:
            continue
        for method in sorted((route.methods or set()) - {"HEAD"}):
            for place, name, kind in sorted(set(_of_dependant(dependant))):
                found.append(Field(method, str(route.path), place, name, kind))
    return found


def _of_dependant(dependant: Dependant) -> Iterator[tuple[Place, str, Kind]]:
    for inner in dependant.dependencies:
        yield from _of_dependant(inner)
    for place in (Place.path, Place.query, Place.header, Place.cookie):
        for param in getattr(dependant, f"{place}_params"):
            yield from _leaves(place, param.alias, param.field_info)
    for param in dependant.body_params:
        is_form = type(param.field_info).__name__ in ("Form", "File")
        model = _model(param.field_info.annotation)
        if model is None:
            yield from _leaves(Place.form if is_form else Place.json, param.alias, param.field_info)
        elif is_form:
            yield from ((Place.form, name, kind) for _, name, kind in _of_model(model, ""))
        else:
            yield from _of_model(model, "")


def _of_model(model: type[BaseModel], front: str) -> Iterator[tuple[Place, str, Kind]]:
    for name, info in model.model_fields.items():
        inner = _model(info.annotation)
        if inner is not None:
            yield from _of_model(inner, f"{front}{name}.")
        else:
            yield from _leaves(Place.json, front + name, info)


def _leaves(place: Place, name: str, info: FieldInfo) -> Iterator[tuple[Place, str, Kind]]:
    kind = _kind(info)
    if kind is not None:
        yield place, name, kind


def _kind(info: FieldInfo) -> Kind | None:
    """The kind of a field; None for a mere yes or no."""
    leaves = set(_types(info.annotation))
    if get_origin(info.annotation) is dict:
        return Kind.texts
    if str in leaves:
        return Kind.bound if _has_pattern(info) else Kind.text
    if leaves & {int, float}:
        return Kind.number
    return None if leaves <= {bool, type(None)} else Kind.bound


def _has_pattern(info: FieldInfo) -> bool:
    parts = [info, *info.metadata, *(meta for arg in get_args(info.annotation) for meta in get_args(arg)[1:])]
    nested = [meta for part in parts for meta in getattr(part, "metadata", [])]
    return any(getattr(part, "pattern", None) for part in [*parts, *nested])


def _types(annotation: Any) -> Iterator[Any]:
    """The plain types of an annotation: those in a union, a list, an `Annotated`."""
    if get_origin(annotation) is None:
        yield annotation if isinstance(annotation, type) and not issubclass(annotation, enum.Enum) else object
    for inner in get_args(annotation) if get_origin(annotation) is not None else ():
        if isinstance(inner, type | types.UnionType) or get_origin(inner) is not None:
            yield from _types(inner)


def _model(annotation: Any) -> type[BaseModel] | None:
    """The model of an annotation such as `Model` or `Model | None`; None if it has none."""
    parts = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    return next((part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)), None)
