"""Reads a rule file (YAML under `evidence/rules/`) into rules, refusing whatever breaks its schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from re import fullmatch
from typing import Any, cast, get_args

import yaml

from tdm1.evidence import nearest
from tdm1.safety._errors import RuleError
from tdm1.safety._labs import LABS, SIGNS, OtherEvent
from tdm1.safety._rule import All, Basis, Condition, Resume, Rule, RuleAction, Statement

_HEAD = {
    "subject", "setting", "region", "label_date", "label_date_read", "defaults", "every_value_has_a_row", "thresholds",
    "rules", "statements",
}
_RULE = {
    "when", "action", "until", "resume", "repeat_within_day", "if_repeat_not_recovered", "on_dose_day_only",
    "after_delays", "team_may_lower",
}
_MARKS = {"source", "where", "read", "date", "note", "label_date"}
_BOUNDS = {"over": ("lower", False), "from": ("lower", True), "below": ("upper", False), "up_to": ("upper", True)}
_READ = ("read", "secondary", "recall", "assumed")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One rule file as read: its head and its rules in table order."""

    file: str
    setting: str
    region: str
    label_date: str
    label_date_read: str
    every_value_has_a_row: tuple[str, ...]
    rules: tuple[Rule, ...]
    statements: tuple[Statement, ...]


def _known(found: Iterable[str], known: Iterable[str], at: str, what: str) -> None:
    names = sorted(known)
    for name in found:
        if name not in names:
            raise RuleError(f"{at}: unknown {what} '{name}'{nearest(str(name), names)} It may be {', '.join(names)}.")


def _numbers(thresholds: Any) -> set[float]:
    if isinstance(thresholds, Mapping):
        return {number for part in cast("Mapping[str, Any]", thresholds).values() for number in _numbers(part)}
    return {float(thresholds)}


def _condition(raw: Mapping[str, Any], at: str, thresholds: set[float]) -> Condition:
    if "sign" in raw:
        _known(raw, {"sign"}, at, "key of a sign")
        _known([raw["sign"]], SIGNS, at, "sign")
        return Condition(lab=raw["sign"], basis="sign")
    if "event" in raw:
        _known(raw, {"event"}, at, "key of an event")
        _known([raw["event"]], [event.name.lower() for event in OtherEvent], at, "event")
        return Condition(lab="other_event", basis="event", event=OtherEvent[str(raw["event"]).upper()])
    _known(raw, {"lab", "basis", *_BOUNDS}, at, "key of a condition")
    _known([raw.get("lab", "")], LABS, at, "lab")
    lab = LABS[raw["lab"]]
    usual: Basis = "grade" if lab.whole else "x_uln" if lab.limit_unit == "xULN" else "absolute"
    basis = raw.get("basis", usual)
    if basis != usual and not (lab.name == "lvef" and basis == "points_below_baseline"):
        raise RuleError(f"{at}: '{lab.name}' is judged on basis {usual}, not '{basis}'")
    bounds: dict[str, Any] = {}
    for key, (side, closed) in _BOUNDS.items():
        if key not in raw:
            continue
        if side in bounds:
            raise RuleError(f"{at}: two {side} bounds on '{lab.name}'; keep one of over/from and one of below/up_to")
        if float(raw[key]) not in thresholds:
            raise RuleError(f"{at}: the number {raw[key]} is not among the file's thresholds; name it there once")
        bounds[side], bounds[f"{side}_closed"] = float(raw[key]), closed
    if not bounds:
        raise RuleError(f"{at}: '{lab.name}' has no bound; give over, from, below or up_to")
    if "lower" in bounds and "upper" in bounds and not bounds["lower"] < bounds["upper"]:
        raise RuleError(f"{at}: the bounds on '{lab.name}' leave no value between them")
    return Condition(lab=lab.name, basis=basis, **bounds)


def _all(raw: Any, at: str, thresholds: set[float]) -> All:
    listed = raw if isinstance(raw, list) else [raw]
    return tuple(_condition(cast("Mapping[str, Any]", one), at, thresholds) for one in cast("list[Any]", listed))


def _when(raw: Mapping[str, Any], at: str, thresholds: set[float]) -> tuple[All, ...]:
    alternatives = raw.get("any", [raw])
    return tuple(_all(one.get("all", one), at, thresholds) for one in alternatives)


def _until(raw: Any, at: str, thresholds: set[float]) -> tuple[All, ...]:
    """Alternatives under `any`, or one list of conditions that must all hold."""
    if isinstance(raw, Mapping) and "any" in raw:
        return _when(cast("Mapping[str, Any]", raw), at, thresholds)
    return (_all(raw, at, thresholds),)


def _marks(raw: Mapping[str, Any], document: Mapping[str, Any], at: str, also: tuple[str, ...]) -> dict[str, str]:
    """Where a rule or statement was read, from itself or the file's defaults; `also` must be in it too."""
    marks = {"note": "", "label_date": document["label_date"], **document.get("defaults", {})}
    marks |= {key: value for key, value in raw.items() if key in _MARKS}
    lacking = [key for key in sorted(_MARKS) if key not in marks] + [key for key in also if key not in raw]
    if lacking:
        raise RuleError(f"{at} lacks {', '.join(lacking)}; add them to the rule or to the file's defaults")
    _known([marks["read"]], _READ, at, "reading mark")
    return {key: str(value).strip() for key, value in marks.items()}


def _statement(name: str, raw: Mapping[str, Any], document: Mapping[str, Any], file: str) -> Statement:
    at = f"{file}: statement {name}"
    _known(raw, {"text", "told_when"} | _MARKS, at, "key")
    marks = _marks(raw, document, at, ("text", "told_when"))
    _known([raw["told_when"]], ("held", "lowered"), at, "time to be told")
    return Statement(
        id=name, text=str(raw["text"]).strip(), told_when=raw["told_when"], source=marks["source"],
        where=marks["where"], read=marks["read"], label_date=marks["label_date"], date=marks["date"],
    )


def _delays(raw: Mapping[str, Any], at: str, thresholds: set[float]) -> int | None:
    """After how many delays one level lower is considered; None when the rule does not say."""
    if "after_delays" not in raw:
        return None
    found = raw["after_delays"]
    _known(found, {"count", "then"}, at, "key of after_delays")
    if raw["action"] != "hold" or raw.get("resume") != "same" or found.get("then") != "one_level_lower":
        raise RuleError(f"{at}: after_delays belongs to a hold that resumes at the same dose; then: one_level_lower")
    count = found.get("count")
    if count not in thresholds or not isinstance(count, int) or count < 1:
        raise RuleError(f"{at}: after_delays needs a whole count of 1 or more that stands among the thresholds")
    return count


def _flag(raw: Mapping[str, Any], key: str, at: str) -> bool:
    found = raw.get(key, False)
    if not isinstance(found, bool):
        raise RuleError(f"{at}: {key} is {found!r}; give true or false")
    return found


def _rule(rule_id: str, raw: Mapping[str, Any], document: Mapping[str, Any], file: str) -> Rule:
    at = f"{file}: rule {rule_id}"
    _known(raw, _RULE | _MARKS, at, "key")
    marks = _marks(raw, document, at, ("when", "action"))
    _known([raw["action"]], get_args(RuleAction), at, "action")
    thresholds = _numbers(document.get("thresholds") or {})
    until = _until(raw["until"], at, thresholds) if "until" in raw else ()
    if raw["action"] in ("hold", "reduce") and not until:
        raise RuleError(f"{at}: a {raw['action']} must say until what has recovered (until: …)")
    resume = raw.get("resume")
    if (raw["action"] == "hold") != (resume is not None):
        raise RuleError(f"{at}: resume (same or one_level_lower) belongs to a hold, and every hold needs it")
    if resume is not None:
        _known([resume], get_args(Resume), at, "resume")
    repeat = raw.get("repeat_within_day")
    if repeat is not None and any(condition.lab != "lvef" for part in _when(raw["when"], at, thresholds)
                                  for condition in part):
        raise RuleError(f"{at}: repeat_within_day is for the ejection fraction alone")
    if raw.get("if_repeat_not_recovered", "stop") != "stop":
        raise RuleError(f"{at}: if_repeat_not_recovered can only be stop")
    return Rule(
        id=rule_id, when=_when(raw["when"], at, thresholds), action=raw["action"], until=until, resume=resume,
        repeat_within_day=None if repeat is None else float(repeat),
        stop_if_not_recovered="if_repeat_not_recovered" in raw,
        dose_day_only=_flag(raw, "on_dose_day_only", at),
        setting=document["setting"], region=document["region"], label_date=marks["label_date"],
        source=marks["source"], where=marks["where"], read=marks["read"], date=marks["date"],
        note=marks["note"], file=file,
        lower_after_delays=_delays(raw, at, thresholds), team_may_lower=_flag(raw, "team_may_lower", at),
    )


def parse(text: str, file: str) -> RuleFile:
    """The rules of one file. Raises RuleError, naming file and rule, when it breaks the schema."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RuleError(f"{file}: not valid YAML: {error}") from error
    _known(document, _HEAD, file, "key")
    lacking = sorted({"setting", "region", "label_date", "rules"} - set(document))
    if lacking:
        raise RuleError(f"{file} lacks {', '.join(lacking)}")
    complete = tuple(document.get("every_value_has_a_row", ()))
    _known(complete, LABS, file, "lab")
    label_date, date_read = str(document["label_date"]), document.get("label_date_read", "read")
    if not fullmatch(r"\d{4}-(0[1-9]|1[0-2])", label_date):
        raise RuleError(f"{file}: label_date is {label_date!r}; give year and month as YYYY-MM")
    _known([date_read], _READ, file, "reading mark")
    statements: Mapping[str, Any] = document.get("statements", {})
    return RuleFile(
        file=file, setting=document["setting"], region=document["region"], label_date=label_date,
        label_date_read=date_read, every_value_has_a_row=complete,
        rules=tuple(_rule(rule_id, raw, document, file) for rule_id, raw in document["rules"].items()),
        statements=tuple(_statement(name, raw, document, file) for name, raw in statements.items()),
    )


def texts() -> dict[str, str]:
    """The text of every rule file of the package by file name, in order of name."""
    folder = files("tdm1.evidence").joinpath("rules")
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".yaml")), key=lambda path: path.name)
    return {path.name: path.read_text("utf-8") for path in paths}


@cache
def shipped() -> tuple[RuleFile, ...]:
    """Every rule file of the package, in order of name."""
    return tuple(parse(text, name) for name, text in texts().items())
