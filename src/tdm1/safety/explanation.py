"""One patient's decision with its reasons: words, rule ids, sources, and how each rule was read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tdm1.safety._errors import FindingError
from tdm1.safety._labs import LABS
from tdm1.safety._rule import Rule, Statement
from tdm1.safety.decisions import ACTION_NAMES, Action, Decisions
from tdm1.safety.label import Label
from tdm1.safety.words import MARKS, rule_in_words


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that speaks about this patient; `decides` marks the one that the action comes from."""

    id: str
    text: str
    source: str
    where: str
    read: str
    label_date: str
    note: str
    decides: bool
    seen_now: bool

    def in_words(self) -> str:
        """The rule, whether it decides, and how far it can be trusted: source, reading mark and date of the label."""
        role = "decides" if self.decides else "seen" if self.seen_now else "still open"
        said = f"{self.id} ({role}): {self.text} [{self.source}, {self.where}; label text of {self.label_date}; "
        said += f"{self.read}: {MARKS[self.read]}]"
        return f"{said} Note: {self.note}" if self.note else said


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision in words. `level_mg_per_kg` is the patient's level, `dose_mg_per_kg` None when no dose is given.

    `label` names setting, region and date of the text, `statements` what it says on how doses go on; each of those
    and each reason carries its reading mark.
    """

    action: str
    level_mg_per_kg: float
    dose_mg_per_kg: float | None
    text: str
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]
    recheck: str
    label: str
    statements: tuple[Statement, ...]

    def in_words(self) -> str:
        """Everything for one reader, a line each: decision, reasons with reading mark and label date, what to check."""
        lines = [self.text, *(reason.in_words() for reason in self.reasons)]
        lines += [
            f"{one.id}: {one.text} [{one.source}, {one.where}; label text of {one.label_date}; "
            f"{one.read}: {MARKS[one.read]}]"
            for one in self.statements
        ]
        return "\n".join(line for line in (*lines, self.recheck, f"by the {self.label}") if line)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


_TEXT = {
    Action.GIVE: "give the dose at the same level",
    Action.REDUCE: "give the dose one level lower",
    Action.UNKNOWN: "not decided: a value is missing",
    Action.HOLD: "hold the dose today",
    Action.STOP: "stop for good",
}


def explain(label: Label, decisions: Decisions, patient: int = 0) -> Explanation:
    """Why the label says what it says for one patient. Raises FindingError when there is no such patient."""
    if not 0 <= patient < len(decisions):
        raise FindingError(f"there is no patient {patient}; the decisions are of patients 0 to {len(decisions) - 1}")
    action = Action(int(decisions.action[patient]))
    history = decisions.history
    decider = int(decisions.rule[patient])
    speaking = decisions.fired[patient] | history.open[patient]
    if decider >= 0:
        speaking = speaking.copy()
        speaking[decider] = True
    order = sorted(
        np.flatnonzero(speaking), key=lambda index: (index != decider, -label.rules[index].strictness, index),
    )
    reasons = tuple(
        Reason(
            id=rule.id, text=rule_in_words(rule), source=rule.source, where=rule.where, read=rule.read,
            label_date=rule.label_date, note=rule.note, decides=bool(index == decider),
            seen_now=bool(decisions.fired[patient, index]),
        )
        for index in order for rule in (label.rules[index],)
    )
    dose = float(decisions.dose_mg_per_kg[patient])
    missing = tuple(
        "LVEF before treatment" if name == "lvef_baseline" else LABS[name].words
        for name, needed in zip(decisions.need_names, decisions.needs[patient], strict=True) if needed
    )
    return Explanation(
        action=ACTION_NAMES[action], level_mg_per_kg=label.levels_mg_per_kg[int(decisions.level[patient])],
        dose_mg_per_kg=None if np.isnan(dose) else dose, text=_text(label, decisions, patient, action),
        reasons=reasons, missing=missing, recheck=_recheck(label, decisions, patient, action, missing),
        label=_label(label), statements=_statements(label, decisions, patient, action),
    )


def _label(label: Label) -> str:
    dated = label.label_date if label.label_date_read == "read" else f"{label.label_date} ({label.label_date_read})"
    return f"{label.region} label, {label.setting} breast cancer, text of {dated}"


def _statements(label: Label, decisions: Decisions, patient: int, action: Action) -> tuple[Statement, ...]:
    """What the label says on how doses go on, where it matters to this patient."""
    if action is Action.STOP:
        return ()
    told = {"held"} if action is Action.HOLD else set[str]()
    told |= {"lowered"} if decisions.level[patient] > 0 else set[str]()
    return tuple(one for one in label.statements if one.told_when in told)


def _considers(rule: Rule, label: Label, at_last: bool) -> str:
    """The label only says consider: what was made of it."""
    said = f"after {rule.lower_after_delays} delays by {rule.id} the label says only to consider one level lower"
    if at_last:
        return f"{said}; there is no level below {label.levels_mg_per_kg[-1]:g} mg/kg, the team decides"
    return f"{said}, and here it is done"


def _text(label: Label, decisions: Decisions, patient: int, action: Action) -> str:
    said = _TEXT[action]
    if action is Action.STOP and label.rules[int(decisions.rule[patient])].lowers:
        last = label.levels_mg_per_kg[-1]
        said += f": a reduction is asked for and there is no level below {last:g} mg/kg"
    if action is not Action.STOP:
        asked = int((decisions.rule if action is Action.REDUCE else decisions.history.reduction_rule)[patient])
        at_last = int(decisions.level[patient]) == len(label.levels_mg_per_kg) - 1
        if asked >= 0 and label.rules[asked].lower_after_delays is not None:
            said += f"; {_considers(label.rules[asked], label, False)}"
        elif at_last and decisions.considered[patient].any():
            said += f"; {_considers(label.rules[int(np.argmax(decisions.considered[patient]))], label, True)}"
    if not decisions.dose_due[patient] and action not in (Action.STOP, Action.UNKNOWN):
        return f"no dose is planned at this visit; if one were: {said}"
    return said


def _recheck(label: Label, decisions: Decisions, patient: int, action: Action, missing: tuple[str, ...]) -> str:
    said: list[str] = []
    if missing and action is not Action.STOP:
        said.append(f"measure {', '.join(missing)}")
    if action is Action.HOLD:
        due = [label.rules[index] for index in np.flatnonzero(decisions.history.open[patient])]
        labs = dict.fromkeys(
            LABS[condition.lab].words.removesuffix(", grade") if condition.lab in LABS else "the other adverse event"
            for rule in due if rule.action == "hold" for part in rule.until for condition in part
        )
        said.append(f"check again before any dose: {', '.join(labs)}")
    day = label.lvef_repeat_due_day(decisions.history)[patient]
    if not np.isnan(day) and action is not Action.STOP:
        late = decisions.findings.time_day[patient] > day
        said.append(f"repeat LVEF by day {day:g}" + (", which is past" if late else ""))
    return "; ".join(said)
