"""Records of made-up people that come with the package, to try the commands on."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from tdm1.evidence import nearest
from tdm1.evidence._loader import parse_yaml
from tdm1.person._errors import PersonError

_FOLDER = files("tdm1.person.examples")


def names() -> list[str]:
    """Names of the records that come with the package."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml"))


def example(name: str) -> dict[str, Any]:
    """The record of a made-up person. Raises PersonError, with the nearest name, when there is none."""
    if name not in names():
        raise PersonError(f"no example is called '{name}'{nearest(name, names())} (known: {', '.join(names())})")
    return parse_yaml(_FOLDER.joinpath(f"{name}.yaml").read_text("utf-8"), name)
