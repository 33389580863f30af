"""From where it is known that an ingredient belongs to a warning class, and from where its codes are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tdm1 import evidence
from tdm1.evidence._loader import ROOT, parse_yaml
from tdm1.medicines.register import classes, ingredients


@dataclass(frozen=True, slots=True)
class Membership:
    """Where it was read; `says` is what the source adds, such as weak evidence, empty where it adds nothing."""

    source: str
    where: str
    read: str
    says: str

    @property
    def note(self) -> str:
        """One line for the reader."""
        place = f", {self.where}" if self.where else ""
        said = f"; {self.says}" if self.says else ""
        return f"membership: {self.source}{place} ({self.read}){said}"


@cache
def memberships() -> dict[tuple[str, str], Membership]:
    """What was read, by class and ingredient. Raises EvidenceError for one that is not of the class or stands twice."""
    file = "medicines/memberships.yaml"
    found: dict[tuple[str, str], Membership] = {}
    for raw in parse_yaml(ROOT.joinpath(file).read_text("utf-8"), file)["lists"]:
        for name in raw["members"]:
            known = ingredients().get(name)
            if known is None or raw["class"] not in known.classes or (raw["class"], name) in found:
                hint = evidence.nearest(name, ingredients())
                raise evidence.EvidenceError(f"{file}: '{name}' is not in class '{raw['class']}' or stands twice{hint}")
            found[raw["class"], name] = Membership(raw["source"], raw["where"], raw["read"], raw.get("says", ""))
    return found


def membership(class_name: str, ingredient: str) -> Membership:
    """Where it is known from that an ingredient belongs to a class: what was read, else the memory the class names.

    Raises KeyError for an unknown class.
    """
    whole = classes()[class_name]
    from_memory = Membership(whole.membership_source, "", whole.membership_read, "")
    return memberships().get((class_name, ingredient), from_memory)


@cache
def _codes() -> tuple[dict[str, dict[str, str]], frozenset[tuple[str, str]]]:
    file = "medicines/codes.yaml"
    document = parse_yaml(ROOT.joinpath(file).read_text("utf-8"), file)
    recalled = frozenset((system, code) for system, codes in document["recall"].items() for code in codes)
    return document["systems"], recalled


def recalled_codes() -> frozenset[tuple[str, str]]:
    """Codes, by system, that are from memory and stood in none of the copies that were compared."""
    return _codes()[1]


def code_reading(system: str, code: str) -> str:
    """How a code of the register was read: secondary, or recall. Raises KeyError for an unknown system."""
    return "recall" if (system, code) in recalled_codes() else _codes()[0][system]["read"]
