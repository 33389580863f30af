"""The label of one setting and region: its rules, its dose levels, and the one decision made from them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdm1 import evidence
from tdm1.safety._decide import decide
from tdm1.safety._errors import FindingError, RuleError
from tdm1.safety._labs import BEFORE_EVERY_DOSE
from tdm1.safety._rule import Rule, Statement
from tdm1.safety._rulefile import RuleFile, shipped
from tdm1.safety.decisions import Decisions
from tdm1.safety.findings import Findings
from tdm1.safety.history import History

_LEVELS = ("label.us.dose_full", "label.us.dose_one_level_lower", "label.us.dose_two_levels_lower")


@dataclass(frozen=True, slots=True)
class Label:
    """The dose rules of one label text, in table order, with the trial-practice rows (ids T…) after them.

    `levels_mg_per_kg` are the dose levels, the full dose first; after the last one comes the stop.
    `label_date` is the month of the text; `label_date_read` tells whether that month was read or recalled.
    `statements` are sentences on how doses go on (a late dose, no way back up); they decide nothing.
    """

    setting: str
    region: str
    label_date: str
    levels_mg_per_kg: tuple[float, ...]
    rules: tuple[Rule, ...]
    every_value_has_a_row: tuple[str, ...]
    label_date_read: str
    statements: tuple[Statement, ...]

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Ids of the rules in table order; a decision's `rule` is an index into them."""
        return tuple(rule.id for rule in self.rules)

    def rule(self, rule_id: str) -> Rule:
        """The rule called `rule_id`. Raises RuleError with the nearest id when there is none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise RuleError(f"the {self.region} {self.setting} label has no rule '{rule_id}'"
                        f"{evidence.nearest(rule_id, self.rule_ids)}")

    def with_levels(self, levels_mg_per_kg: tuple[float, ...]) -> Label:
        """The same rules on other dose levels, the full dose first. RuleError unless they are positive and fall."""
        falling = all(high > low for high, low in pairwise(levels_mg_per_kg))
        if not levels_mg_per_kg or not falling or not all(0 < level < np.inf for level in levels_mg_per_kg):
            raise RuleError(f"dose levels {levels_mg_per_kg} must be positive mg/kg, each lower than the one before")
        return replace(self, levels_mg_per_kg=tuple(float(level) for level in levels_mg_per_kg))

    def start(self, patients: int) -> History:
        """The history of `patients` people before their first dose."""
        return History.start(patients, len(self.rules))

    def decide(
        self,
        findings: Findings,
        history: History,
        *,
        dose_due: ArrayLike,
        required: tuple[str, ...] = BEFORE_EVERY_DOSE,
    ) -> Decisions:
        """What to do at one visit, for N patients at once.

        findings    what was seen, NaN where nothing was measured
        history     from `start`, or from the decision before
        dose_due    one truth value or N: is a dose planned at this visit? At a visit between doses the findings are
                    remembered (an open hold, a reduction due, a stop) and `action` tells what stands at that moment
        required    labs without which no dose is given; the label asks for all four, a trial may state fewer

        A dose is held until everything that was found has been measured as recovered. A finding asks for one
        reduction an episode, that is until it has recovered, and a dose is lowered by one level at most. The level
        never goes up; a reduction below the last level is a stop. Where the label says to consider a lower level
        after some delays, it is done, but never stops treatment. The strictest action wins (our choice).
        Raises FindingError when the shapes differ or a visit lies before the one already decided.
        """
        count = len(findings)
        if len(history) != count:
            raise FindingError(f"findings of {count} patients, but the history of {len(history)}; take() the same ones")
        if history.open.shape[1] != len(self.rules):
            raise FindingError("this history was started under another label; use this label's start()")
        for name in required:
            if name not in BEFORE_EVERY_DOSE:
                hint = evidence.nearest(name, BEFORE_EVERY_DOSE)
                raise FindingError(f"'{name}' is not a lab that a dose can require{hint}"
                                   f" It may be {', '.join(BEFORE_EVERY_DOSE)}")
        back = ~history.stopped & (findings.time_day < history.last_day)
        if np.count_nonzero(back):
            patient = int(np.argmax(back))
            raise FindingError(f"patient {patient}: a visit on day {findings.time_day[patient]:g} after one on day "
                               f"{history.last_day[patient]:g} was decided; pass visits in order of time")
        due = np.asarray(dose_due, dtype=np.bool_)
        if due.shape != (count,):
            if due.size != 1:
                raise FindingError(f"dose_due has shape {due.shape}; give one truth value or {count} of them")
            due = np.full(count, due)
        return decide(self.rules, self.levels_mg_per_kg, findings, history, due, required)

    def lvef_repeat_due_day(self, history: History) -> NDArray[np.float64]:
        """(N,) last day on which the ejection fraction should have been repeated; NaN where none is asked for."""
        within = [rule.repeat_within_day for rule in self.rules if rule.repeat_within_day is not None]
        return history.lvef_asked_day + min(within, default=np.nan)


def _first_day(month: str) -> datetime.date:
    """The day from which a text counts; of a text only its month is known."""
    return datetime.date.fromisoformat(f"{month}-01")


def _day(date: str | datetime.date) -> datetime.date:
    try:
        return date if isinstance(date, datetime.date) else datetime.date.fromisoformat(date)
    except ValueError as error:
        raise RuleError(f"'{date}' is not a day; give the date of the label as YYYY-MM-DD") from error


def _one(setting: str, region: str, date: str | datetime.date | None) -> RuleFile:
    labels = [found for found in shipped() if found.setting != "any"]
    mine = [found for found in labels if (found.setting, found.region) == (setting, region)]
    if not mine:
        names = sorted({f"{found.setting} {found.region}" for found in labels})
        raise RuleError(f"there are no label rules for setting '{setting}' in region '{region}'"
                        f"{evidence.nearest(f'{setting} {region}', names)} Rules are here for: {', '.join(names)}")
    mine.sort(key=lambda found: found.label_date)
    if date is None:
        return mine[-1]
    day = _day(date)
    in_time = [found for found in mine if _first_day(found.label_date) <= day]
    if not in_time:
        dates = ", ".join(found.label_date for found in mine)
        raise RuleError(f"no {region} {setting} label text here is as old as {day}; texts are here of: {dates}")
    return in_time[-1]


@cache
def load(setting: str = "metastatic", region: str = "US", date: str | datetime.date | None = None) -> Label:
    """The label rules of one setting (metastatic, early) and region (US, EU): the newest text not after `date`.

    date   day as `YYYY-MM-DD` or `datetime.date`; None for the newest text. A text counts from the first of its month.
    Raises RuleError with what there is: settings and regions, or the dates of the texts.
    """
    found = _one(setting, region, date)
    everywhere = tuple(rule for file in shipped() if file.setting == "any" for rule in file.rules)
    rules = found.rules + everywhere
    ids = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise RuleError(f"rule ids stand twice in {found.file} and the trial-practice file; give each rule its own id")
    return Label(
        setting=setting, region=region, label_date=found.label_date, label_date_read=found.label_date_read,
        levels_mg_per_kg=tuple(evidence.value(name, "mg/kg") for name in _LEVELS),
        rules=rules, every_value_has_a_row=found.every_value_has_a_row, statements=found.statements,
    )
