"""Words for patients, kept apart from code: one folder a language, one file a subject, one text a key."""

from __future__ import annotations

import string
from functools import cache
from typing import cast

from tdm1.evidence._errors import EvidenceError, nearest
from tdm1.evidence._loader import ROOT, parse_yaml

_FOLDER = ROOT.joinpath("texts")
#: The language that every other one must match, key by key and placeholder by placeholder.
REFERENCE = "en"


def languages() -> tuple[str, ...]:
    """The languages that are here, by their two-letter codes."""
    return tuple(sorted(entry.name for entry in _FOLDER.iterdir() if entry.is_dir() and not entry.name.startswith("_")))


@cache
def texts(language: str = REFERENCE) -> dict[str, str]:
    """Every text of a language by its key, `file.key`.

    Raises EvidenceError for an unknown language, and for an entry that is not a text.
    """
    if language not in languages():
        raise EvidenceError(f"there are no texts in language '{language}'{nearest(language, languages())}"
                            f" (known: {', '.join(languages())})")
    found: dict[str, str] = {}
    for entry in sorted(_FOLDER.joinpath(language).iterdir(), key=lambda one: one.name):
        if not entry.name.endswith(".yaml"):
            continue
        file = f"texts/{language}/{entry.name}"
        document = parse_yaml(entry.read_text("utf-8"), file)
        if not isinstance(document, dict):
            raise EvidenceError(f"{file}: write one `key: text` a line")
        for key, value in cast("dict[str, object]", document).items():
            if not isinstance(value, str) or not value.strip():
                raise EvidenceError(f"{file}: '{key}' is no text; put it in quotes")
            found[f"{entry.name.removesuffix('.yaml')}.{key}"] = " ".join(value.split())
    return found


def placeholders(template: str) -> frozenset[str]:
    """Names in braces that a text needs."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def text(key: str, language: str = REFERENCE, **values: object) -> str:
    """The text of a key with its placeholders filled in.

    Raises EvidenceError for an unknown key (with the nearest) and for values that are missing or not asked for.
    """
    known = texts(language)
    if key not in known:
        raise EvidenceError(f"no text is called '{key}'{nearest(key, known)}")
    wanted = placeholders(known[key])
    if wanted != frozenset(values):
        raise EvidenceError(f"text '{key}' needs {sorted(wanted)} and was given {sorted(values)}")
    return known[key].format(**values)
