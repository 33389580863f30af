"""Conjugates as data: a card per drug under `drugs/` says which fact plays which role in the equations.

A card is YAML: title, antibody, linker and payload in words with their source, `roles`, a fact for every role of
`drugs/roles.yaml`, and `people`, what differs between patients (evidence/drug_people.py). Facts of a drug's own stand
in `facts/drug_NAME.yaml`; a fact of another drug may be named where both share it. A new conjugate is one card and one
fact file, no code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tdm1.evidence._errors import EvidenceError, nearest
from tdm1.evidence._loader import ROOT, facts, parse_yaml, sources
from tdm1.evidence.drug_people import Varying, varying

_WORDS = ("antibody", "linker", "payload")
_ROLES_FILE = "roles.yaml"


@dataclass(frozen=True, slots=True)
class Role:
    """What the equations ask of a drug: the unit its fact must convert to, and what it means."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Words:
    """A part of the molecule in words, with the key of their source."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug: its parts in words, the fact that plays each role, what differs between patients, and cautions."""

    name: str
    title: str
    antibody: Words
    linker: Words
    payload: Words
    roles: Mapping[str, str]
    people: Mapping[str, Varying]
    cautions: tuple[str, ...]


@cache
def roles() -> dict[str, Role]:
    """Every role that a card must fill, by name, from `drugs/roles.yaml`."""
    raw = parse_yaml(ROOT.joinpath("drugs", _ROLES_FILE).read_text("utf-8"), f"drugs/{_ROLES_FILE}")
    return {name: Role(name, str(entry["unit"]), str(entry["meaning"])) for name, entry in raw.items()}


def drugs() -> tuple[str, ...]:
    """Names of the drugs that have a card, in alphabetical order."""
    names = (entry.name for entry in ROOT.joinpath("drugs").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml") and name != _ROLES_FILE))


def _words(raw: dict[str, Any], part: str, at: str) -> Words:
    entry = raw.get(part)
    if not isinstance(entry, dict) or set(entry) != {"words", "source"}:
        raise EvidenceError(f"{at}: '{part}' needs words and a source, as in {{words: \"…\", source: KEY}}")
    if entry["source"] not in sources():
        raise EvidenceError(f"{at}: '{part}' cites '{entry['source']}'{nearest(str(entry['source']), sources())}")
    return Words(str(entry["words"]), str(entry["source"]))


def parse_card(name: str, text: str) -> Drug:
    """The drug that a card's text describes.

    Raises EvidenceError, naming the card, for a key or role that is missing or unknown and for a fact that does not
    exist, with the nearest name.
    """
    at = f"drugs/{name}.yaml"
    raw = parse_yaml(text, at)
    wanted = {"title", *_WORDS, "roles", "people", "cautions"}
    if not isinstance(raw, dict) or set(raw) != wanted:
        raise EvidenceError(f"{at}: a card has exactly the keys {', '.join(sorted(wanted))}")
    played = raw["roles"]
    known = roles()
    for role in played:
        if role not in known:
            raise EvidenceError(f"{at}: there is no role '{role}'{nearest(role, known)}")
    missing = [role for role in known if role not in played]
    if missing:
        raise EvidenceError(f"{at}: no fact for the role(s) {', '.join(missing)}; name one for each")
    for role, fact in played.items():
        if fact not in facts():
            raise EvidenceError(f"{at}: role '{role}' names '{fact}', which is no fact{nearest(str(fact), facts())}")
    antibody, linker, payload = (_words(raw, part, at) for part in _WORDS)
    said = raw["cautions"]
    if not isinstance(said, list) or not all(isinstance(one, str) and one.strip() for one in said):
        raise EvidenceError(f"{at}: 'cautions' is a list of sentences on what its numbers cannot tell; [] for none")
    return Drug(name, str(raw["title"]), antibody, linker, payload, {role: str(fact) for role, fact in played.items()},
                varying(raw["people"], at), tuple(said))


@cache
def drug(name: str) -> Drug:
    """The drug called `name`. Raises EvidenceError for an unknown name, with the nearest, and for a broken card."""
    if name not in drugs():
        raise EvidenceError(f"no drug is called '{name}'{nearest(name, drugs())} (known: {', '.join(drugs())})")
    return parse_card(name, ROOT.joinpath("drugs", f"{name}.yaml").read_text("utf-8"))


@cache
def animal(name: str, form: str = "plasma") -> Mapping[str, str]:
    """The fact behind each parameter of T-DM1 in an animal (`animals.yaml`): its `plasma` by load or `reduced` form.

    Raises EvidenceError, with the nearest name, for an animal or a form that the file does not have.
    """
    known = parse_yaml(ROOT.joinpath("animals.yaml").read_text("utf-8"), "animals.yaml")
    for asked, there in ((name, known), (form, known.get(name, {}))):
        if asked not in there:
            hint = f"{nearest(asked, there)} (known: {', '.join(there)})"
            raise EvidenceError(f"animals.yaml: there is no '{asked}'{hint}")
    return known[name][form]


def tilted_shares(shares: Sequence[float], mean: float) -> list[float]:
    """A distribution over loads 0, 1, 2, … with another mean and the same shape as far as the mean allows.

    Each share is multiplied by exp(tilt * load) and the whole brought back to 1: of all distributions with that mean
    it is the one nearest to the given one in relative entropy. `mean` lies between the lowest and the highest load.
    Raises EvidenceError when it does not.
    """
    loads = [load for load, share in enumerate(shares) if share > 0]
    if not loads or not min(loads) < mean < max(loads):
        raise EvidenceError(f"tilted_shares: a mean of {mean:g} does not lie inside the loads of the distribution")
    low, high = -50.0, 50.0
    tilted = list(shares)
    for _ in range(200):
        tilt = 0.5 * (low + high)
        # The largest exponent is 0, so that nothing overflows.
        top = max(tilt * load for load in loads)
        weights = [share * math.exp(tilt * load - top) if share > 0 else 0.0 for load, share in enumerate(shares)]
        tilted = [weight / math.fsum(weights) for weight in weights]
        if math.fsum(load * share for load, share in enumerate(tilted)) < mean:
            low = tilt
        else:
            high = tilt
    return tilted
