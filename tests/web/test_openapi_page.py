from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import jsonschema
import pytest

from tdm1.web.openapi_page import page

PATHS = {
    "/api/check", "/api/check/guidance", "/api/plan", "/api/prepare", "/api/symptoms", "/api/expect",
    "/api/expect/risk", "/api/explore", "/api/schema/person", "/healthz", "/cds-services", "/cds-services/{service}",
    "/cds-services/{service}/feedback",
}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert not reader.open
    return reader


def test_the_document_names_every_address(client) -> None:
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) >= PATHS
    for path in PATHS:
        for operation in document["paths"][path].values():
            assert operation["summary"]
            assert {"200", "429", "503"} <= set(operation["responses"])


@pytest.mark.parametrize("path", ["/api/check", "/api/plan", "/api/prepare", "/api/symptoms", "/api/explore"])
def test_the_schema_of_a_body_is_a_json_schema_without_loose_ends(client, path) -> None:
    operation = client.get("/openapi.json").json()["paths"][path]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "$ref" not in str(schema)


def test_the_schema_of_a_check_takes_the_example_and_not_a_misspelt_one(client, low_platelets) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/api/check"]["post"]
    valid = jsonschema.Draft202012Validator(operation["requestBody"]["content"]["application/json"]["schema"])
    assert valid.is_valid(low_platelets)
    assert not valid.is_valid(low_platelets | {"labz": []})


def test_the_page_has_every_address_and_nothing_from_elsewhere(client) -> None:
    answered = client.get("/api")
    assert answered.headers["content-type"] == "text/html; charset=utf-8"
    reader = read(answered.text)
    for path in PATHS:
        assert f"<code>{path}</code>" in answered.text
    assert not [tag for tag, _ in reader.tags if tag in ("script", "style", "img", "form", "iframe")]
    assert not [attrs for _, attrs in reader.tags if "style" in attrs or any(name.startswith("on") for name in attrs)]
    anchors = {attrs["id"] for _, attrs in reader.tags if "id" in attrs}
    for _, attrs in reader.tags:
        href = attrs.get("href") or ""
        assert not re.match(r"[a-z]+:", href)
        if href.startswith("#"):
            assert href[1:] in anchors
    assert client.get("/api/style.css").headers["content-type"].startswith("text/css")


def test_the_page_escapes_every_text() -> None:
    bad = "<script>alert('&')</script>"
    schema: dict[str, Any] = {"properties": {bad: {"enum": [bad], "description": bad}}, "required": [bad]}
    document = {
        "info": {"title": bad, "version": bad, "description": bad},
        "paths": {f"/{bad}": {"post": {
            "summary": bad, "description": bad, "responses": {bad: {"description": bad}},
            "parameters": [{"name": bad, "in": bad, "schema": {"const": bad}, "description": bad}],
            "requestBody": {"content": {bad: {"schema": schema}}},
        }}},
    }
    text = page(document)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    read(text)
