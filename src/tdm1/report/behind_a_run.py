"""What stands behind a run: its sources, and every number that is not simply read in its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tdm1.evidence import Fact, Source
    from tdm1.safety import Rule
    from tdm1.trial.result import TrialResult

#: What each reading mark tells a reader; marks in this order are the least to the most certain.
MARKS = {
    "assumed": "our own choice, without a source",
    "recall": "from memory of the source, not read again",
    "calibrated": "fitted by us to named published rows",
    "derived": "computed by us from listed inputs",
    "secondary": "read in a later paper or code that cites the source",
    "read": "read in the source",
}


@dataclass(frozen=True, slots=True)
class UsedSource:
    """A source and what of this run rests on it: number of facts, and words such as `published results`."""

    source: Source
    facts: int
    used_for: tuple[str, ...]


def definition(result: TrialResult) -> dict[str, Any]:
    """The trial file as plain data; empty when the run kept none."""
    import yaml

    read = yaml.safe_load(result.definition) if result.definition.strip() else None
    return read if isinstance(read, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def ctcae_version(result: TrialResult) -> int | None:
    """The main number of the CTCAE version of the trial; None when its file names none."""
    named = str(definition(result).get("ctcae", ""))
    return int(named.split(".")[0]) if named[:1].isdigit() else None


def label(result: TrialResult) -> tuple[str, str]:
    """Setting and region of the label whose rules the trial follows; empty texts when its file names none."""
    own = definition(result)
    setting = str(own.get("setting", ""))
    return setting, str(own.get("region", "US")) if setting else ""


def facts(result: TrialResult) -> list[Fact]:
    """The facts that a run of this trial rests on: all but the grades of other CTCAE versions."""
    from tdm1 import evidence

    version = ctcae_version(result)
    return [
        fact
        for name, fact in evidence.facts().items()
        if not (name.startswith("ctcae") and version is not None and not name.startswith(f"ctcae{version}."))
    ]


def sources(result: TrialResult) -> list[UsedSource]:
    """Every source of the run's facts, label rules, published results and observed points, ordered by citation."""
    from tdm1 import evidence

    uses: dict[str, set[str]] = {}
    counts: dict[str, int] = {}

    def use(key: str, what: str) -> None:
        # A row may name several sources.
        for one in (part.strip() for part in key.split(";")):
            uses.setdefault(one, set()).add(what)

    for fact in facts(result):
        use(fact.source, "numbers of the model")
        counts[fact.source] = counts.get(fact.source, 0) + 1
        if fact.variability is not None:
            use(fact.variability.source, "variability between patients")
    for row in result.comparison:
        use(row.source, "published results")
    for rule in _rules_that_fired(result):
        use(rule.source, "dose rules")
    known = evidence.sources()
    found = [
        UsedSource(known[key], counts.get(key, 0), tuple(sorted(what))) for key, what in uses.items() if key in known
    ]
    return sorted(found, key=lambda entry: entry.source.citation.lower())


def _rules_that_fired(result: TrialResult) -> list[Rule]:
    from tdm1.report import rules
    from tdm1.report.run_tables import all_decisions

    fired: set[str] = set()
    for arm in result.arms.values():
        decisions = all_decisions(arm)
        if decisions is not None:
            fired.update(str(rule) for rule in decisions.select("rule").unique().collect()["rule"])
    return [rule for name, rule in rules.table(*label(result)).items() if name in fired]


def uncertain(result: TrialResult) -> dict[str, list[Fact]]:
    """Facts by reading mark, for the marks that a reader should know of, the least certain first."""
    found: dict[str, list[Fact]] = {}
    for mark in ("assumed", "recall", "calibrated"):
        marked = [fact for fact in facts(result) if fact.read == mark]
        if marked:
            found[mark] = sorted(marked, key=lambda fact: fact.name)
    return found
