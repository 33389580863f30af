"""Who uses a fact: parameters of the mechanism by their register, everything else by its text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

#: Where facts are defined or described, not used.
_NOT_USES = ("facts", "published", "observed")


@cache
def _parameters() -> dict[str, tuple[str, ...]]:
    from tdm1 import mechanism

    found: dict[str, dict[str, None]] = {}
    for model in mechanism.shipped():
        for part in model.parts:
            for parameter in part.parameters:
                words = f"mechanism, part {part.name}: parameter {parameter.name} ({parameter.meaning})"
                found.setdefault(parameter.fact, {})[words] = None
    return {fact: tuple(words) for fact, words in found.items()}


def _texts(folder: Traversable, path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        inside = f"{path}/{entry.name}"
        if entry.is_dir() and entry.name not in (*_NOT_USES, "__pycache__"):
            found.update(_texts(entry, inside))
        elif entry.name.endswith((".py", ".yaml")):
            found[inside] = entry.read_text("utf-8")
    return found


@cache
def _package() -> dict[str, str]:
    return _texts(files("tdm1"), "tdm1")


def users(fact: str) -> tuple[str, ...]:
    """Parameters and files that use `fact`: `mechanism, part plasma: …` or `tdm1/trial/recist.py`, in that order.

    A file uses a fact when it names it in quotes, or names the family it belongs to (`"ctcae3.platelets` …).
    Empty when none does.
    """
    parameters = _parameters().get(fact, ())
    quoted = tuple(path for path, text in _package().items() if f'"{fact}"' in text or f"'{fact}'" in text)
    # The mechanism's own file names the fact in its register: said once.
    own = tuple(path for path in quoted if not (parameters and path.startswith("tdm1/mechanism/")))
    if parameters or own:
        return parameters + own
    # The report reads whole families to show them, which is not a use.
    others = {path: text for path, text in _package().items() if not path.startswith("tdm1/report/")}
    return tuple(path for path, text in others.items() if any(mark in text for mark in _family(fact)))


def _family(fact: str) -> tuple[str, ...]:
    """How code that builds names writes the start of this one: f-strings with a part left open."""
    head, *rest = fact.split(".")
    letters = head.rstrip("0123456789")
    marks = [f'f"{letters}{{'] if letters != head else []
    for count in range(len(rest), 0, -1):
        marks.append(f'f"{".".join([head, *rest[: count - 1]])}.{{')
    return tuple(marks)
