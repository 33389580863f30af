"""Rules in words, made from their numbers so that text and number cannot differ."""

from __future__ import annotations

from collections.abc import Sequence

from tdm1.safety._labs import LABS, SIGNS, OtherEvent
from tdm1.safety._rule import All, Condition, Rule

_EVENTS = {
    OtherEvent.NONE: "the event is over",
    OtherEvent.HOLD: "another adverse event that asks for a hold",
    OtherEvent.REDUCE: "another adverse event that asks for a lower dose",
    OtherEvent.HOLD_THEN_REDUCE: "another adverse event that asks for a hold and then a lower dose",
    OtherEvent.STOP: "another adverse event that asks to stop",
}
#: What each reading mark tells a reader of a rule.
MARKS = {
    "read": "read in the source",
    "secondary": "read in another text that carries it, not in the label itself",
    "recall": "from memory, not read again; check it against the label",
    "assumed": "our own choice, not label text",
}
_RESUME = {"same": "the same dose", "one_level_lower": "one dose level lower"}


def bounds_in_words(condition: Condition, unit: str = "") -> str:
    """The bounds alone: '25 to under 50 × 10⁹/L', 'over 2.5 to 5 × ULN', '75 × 10⁹/L or more'."""
    after = f" {unit}" if unit else ""
    low, high = condition.lower, condition.upper
    if condition.basis == "grade" and high is not None:
        # Grades are whole numbers, so an open end is the next grade.
        last = high - (not condition.upper_closed)
        if low is None:
            return f"{last:g} or less"
        first = low + (not condition.lower_closed)
        return f"{first:g}" if first == last else f"{first:g} to {last:g}"
    if low is not None and high is not None:
        start = f"{low:g}" if condition.lower_closed else f"over {low:g}"
        return f"{start} to {high:g}{after}" if condition.upper_closed else f"{start} to under {high:g}{after}"
    if low is not None:
        return f"{low:g}{after} or more" if condition.lower_closed else f"over {low:g}{after}"
    return f"{high:g}{after} or less" if condition.upper_closed else f"under {high:g}{after}"


def _subject(condition: Condition) -> str:
    return LABS[condition.lab].words if condition.lab in LABS else condition.lab


def _predicate(condition: Condition) -> str:
    """What is said of the lab: '25 to under 50 × 10⁹/L', '10 points or more below baseline'."""
    if condition.basis == "points_below_baseline":
        return f"{bounds_in_words(condition, 'points')} below baseline"
    return bounds_in_words(condition, LABS[condition.lab].unit)


def condition_in_words(condition: Condition) -> str:
    """One condition: 'platelets 25 to under 50 × 10⁹/L'."""
    if condition.basis == "sign":
        return SIGNS[condition.lab]
    if condition.event is not None:
        return _EVENTS[condition.event]
    return f"{_subject(condition)} {_predicate(condition)}"


def _together(conditions: All) -> str:
    measured = [condition for condition in conditions if condition.lab in LABS]
    same = len(measured) == len(conditions) > 1 and len({_predicate(condition) for condition in measured}) == 1
    if same:
        return f"{' and '.join(_subject(condition) for condition in measured)} {_predicate(measured[0])}"
    return " and ".join(condition_in_words(condition) for condition in conditions)


def _alternatives(alternatives: Sequence[All]) -> str:
    """'ALT or AST over 5 × ULN' where the alternatives differ only in the lab; else the alternatives in full."""
    said = [_together(conditions) for conditions in alternatives]
    if len(alternatives) > 1:
        words = [LABS[conditions[0].lab].words for conditions in alternatives if conditions[0].lab in LABS]
        rests = {text.removeprefix(word) for text, word in zip(said, words, strict=False)}
        if len(words) == len(said) and len(rests) == 1:
            *others, last = words
            return f"{' or '.join([*(word.removesuffix(', grade') for word in others), last])}{rests.pop()}"
    return " or ".join(said)


def finding_in_words(rule: Rule) -> str:
    """What a rule looks for: 'ALT or AST over 5 to 20 × ULN'."""
    said = _alternatives(rule.when)
    return f"{said}, on the day of a planned dose" if rule.dose_day_only else said


def action_in_words(rule: Rule) -> str:
    """What a rule asks for: 'hold until platelets 75 × 10⁹/L or more, then the same dose'."""
    if rule.action == "judgement":
        return "left to the judgement of the treating team; no automatic change"
    if rule.action == "stop":
        return "stop for good"
    if rule.action == "reduce":
        return f"give the next dose one level lower, once until {_alternatives(rule.until)}"
    if rule.action == "give":
        said = "give, same dose"
        return said if rule.repeat_within_day is None else f"{said}; repeat within {rule.repeat_within_day:g} days"
    said = f"hold until {_alternatives(rule.until)}, then {_RESUME[rule.resume or 'same']}"
    if rule.team_may_lower:
        said += " (the treating team may choose one dose level lower)"
    if rule.lower_after_delays is not None:
        said += f"; after {rule.lower_after_delays} delays for it consider one dose level lower"
    if rule.repeat_within_day is not None:
        said += f"; repeat within {rule.repeat_within_day:g} days"
    if rule.stop_if_not_recovered:
        said += " and stop if it has not recovered then"
    return said


def rule_in_words(rule: Rule) -> str:
    """The whole rule in one sentence."""
    return f"{finding_in_words(rule)}: {action_in_words(rule)}"
