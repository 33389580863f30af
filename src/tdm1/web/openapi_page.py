"""The API as one plain page (`/api`), made here from the OpenAPI document: no script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request, Response

router = APIRouter(include_in_schema=False)
_METHODS = ("get", "post")
_CACHE = {"Cache-Control": "no-cache"}
Node = Mapping[str, Any]


@router.get("/api")
async def get_page(request: Request) -> Response:
    """The page. It is made once."""
    return Response(_of_app(cast("FastAPI", request.app)), 200, dict(_CACHE), "text/html; charset=utf-8")


@router.get("/api/style.css")
async def get_style() -> Response:
    """The style of the page."""
    return Response(_style(), 200, dict(_CACHE), "text/css; charset=utf-8")


@cache
def _of_app(app: FastAPI) -> str:
    return page(app.openapi())


@cache
def _style() -> str:
    return files("tdm1.web").joinpath("openapi_page.css").read_text("utf-8")


def page(document: Node) -> str:
    """The HTML of an OpenAPI document; every text of it is escaped."""
    info = cast("Node", document["info"])
    parts = list(_operations(cast("Node", document["paths"])))
    index = "".join(
        f'<li><a href="#{_anchor(method, path)}"><b>{method.upper()}</b> {escape(path)}</a>: '
        f"{escape(str(one.get('summary', '')))}</li>"
        for method, path, one in parts
    )
    title = f"{info['title']} {info['version']}: API"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/api/style.css"></head><body><header>'
        f"<h1>{escape(title)}</h1><p>{escape(str(info.get('description', '')))}</p>"
        '<p><a href="/openapi.json">OpenAPI document</a> · <a href="/api/schema/person">schema of a record</a> · '
        '<a href="/cds-services">CDS Hooks services</a> · <a href="/">pages</a></p></header>'
        f'<main><nav aria-label="Addresses"><ul>{index}</ul></nav>'
        + "".join(_operation(*one) for one in parts)
        + "</main></body></html>\n"
    )


def _operations(paths: Node) -> Iterator[tuple[str, str, Node]]:
    for path, methods in paths.items():
        for method in _METHODS:
            if method in methods:
                yield method, path, cast("Node", methods[method])


def _anchor(method: str, path: str) -> str:
    return method + "".join(letter if letter.isalnum() else "-" for letter in path)


def _operation(method: str, path: str, one: Node) -> str:
    said = [f'<section id="{_anchor(method, path)}"><h2><b>{method.upper()}</b> <code>{escape(path)}</code></h2>',
            f"<p>{escape(str(one.get('description') or one.get('summary', '')))}</p>"]
    rows = [
        (str(each["name"]), f"in the {each['in']}", _kind(each.get("schema", {})), str(each.get("description", "")))
        for each in cast("list[Node]", one.get("parameters", []))
    ]
    body = cast("Node", one.get("requestBody", {}))
    for media, content in cast("Node", body.get("content", {})).items():
        rows += [(f"{name}{'' if needed else ' (may be left out)'}", "in the body", kind, words)
                 for name, needed, kind, words in _fields(content["schema"])]
        said.append(f"<p>Body: {escape(media)}.</p>")
    if rows:
        said.append(_table("What it takes", ("name", "where", "value", "meaning"), rows))
    for content in cast("Node", body.get("content", {})).values():
        text = json.dumps(content["schema"], indent=1, ensure_ascii=False)
        said.append("<details><summary>JSON Schema of the body</summary>"
                    f'<pre tabindex="0">{escape(text)}</pre></details>')
    answers = [(status, str(each.get("description", ""))) for status, each in one.get("responses", {}).items()]
    said.append(_table("What it answers", ("status", "meaning"), answers))
    return "".join(said) + "</section>"


def _fields(schema: Node) -> Iterator[tuple[str, bool, str, str]]:
    """Name, whether it is needed, value and meaning of each entry of a body; of alternatives the first."""
    one = cast("Node", schema["anyOf"][0]) if "anyOf" in schema else schema
    needed = cast("list[str]", one.get("required", []))
    for name, entry in cast("Node", one.get("properties", {})).items():
        yield name, name in needed, _kind(entry), str(entry.get("description", ""))


def _kind(schema: Node) -> str:
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"] if one.get("type") != "null"))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if schema.get("items") else "list"
    return str(schema.get("format") or schema.get("type") or schema.get("title", "value"))


def _table(caption: str, head: tuple[str, ...], rows: list[Any]) -> str:
    top = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    named = escape(caption)
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{named}"><table><caption>{named}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>"
    )
