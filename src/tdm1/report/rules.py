"""Label rules for readers: found by id, and the reasons of decisions in words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tdm1.safety import Rule

#: Reasons in a decision table that are not rules of a label: what the trial itself decides.
_OTHER = {
    "progression": "the disease progressed",
    "death": "the patient died",
    "longest_delay": "the dose was late for longer than the trial allows",
    "missing": "a laboratory value needed before the dose was missing",
    "cycles": "all planned cycles were given",
    "data_cut": "the data were read",
}


@cache
def table() -> dict[str, Rule]:
    """Every rule by its id, of every label that is here."""
    from tdm1.safety import label

    return {rule.id: rule for rule in label.load().rules}


def reason(rule_id: str) -> str:
    """A decision's reason in words: the finding of a rule, or what the trial itself decided."""
    from tdm1.safety import finding_in_words

    if rule_id in table():
        return finding_in_words(table()[rule_id])
    return _OTHER.get(rule_id, rule_id.replace("_", " "))
