"""Label rules for readers: found by id in every label that is here, and the reasons of decisions in words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tdm1.safety import Rule

#: Settings and regions of the labels, the one that answers for an id first.
_LABELS = (("metastatic", "US"), ("early", "US"), ("metastatic", "EU"), ("early", "EU"))

#: Reasons in a decision table that are not rules of a label: what the trial itself decides.
_OTHER = {
    "progression": "the disease progressed",
    "death": "the patient died",
    "longest_delay": "the dose was late for longer than the trial allows",
    "longest delay": "the dose was late for longer than the trial allows",
    "missing": "a laboratory value needed before the dose was missing",
    "cycles": "all planned cycles were given",
    "data_cut": "the data were read",
}


@cache
def versions() -> dict[str, tuple[Rule, ...]]:
    """Every rule by its id, once for each label text that has it; texts that say the same stand once."""
    from tdm1.safety import label

    found: dict[str, list[Rule]] = {}
    for setting, region in _LABELS:
        for rule in label.load(setting, region).rules:
            if rule not in found.setdefault(rule.id, []):
                found[rule.id].append(rule)
    return {rule_id: tuple(rules) for rule_id, rules in found.items()}


@cache
def table(setting: str = "", region: str = "") -> dict[str, Rule]:
    """Every rule by its id: that of one label where setting and region are given, else the first label that has it."""
    from tdm1.safety import label

    if setting:
        return {rule.id: rule for rule in label.load(setting, region or "US").rules}
    return {rule_id: rules[0] for rule_id, rules in versions().items()}


def reason(rule_id: str, setting: str = "", region: str = "") -> str:
    """A decision's reason in words: the finding of a rule, or what the trial itself decided."""
    from tdm1.safety import finding_in_words

    known = table(setting, region)
    if rule_id in known:
        return finding_in_words(known[rule_id])
    return _OTHER.get(rule_id, rule_id.replace("_", " "))
