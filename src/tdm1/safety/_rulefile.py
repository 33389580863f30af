"""Reads a rule file (YAML under `evidence/rules/`) into rules, refusing whatever breaks its schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, cast, get_args

import yaml

from tdm1.evidence import nearest
from tdm1.safety._errors import RuleError
from tdm1.safety._labs import LABS, SIGNS, OtherEvent
from tdm1.safety._rule import All, Basis, Condition, Resume, Rule, RuleAction

_HEAD = {"subject", "setting", "region", "label_date", "defaults", "every_value_has_a_row", "thresholds", "rules"}
_RULE = {"when", "action", "until", "resume", "repeat_within_day", "if_repeat_not_recovered", "on_dose_day_only"}
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
    every_value_has_a_row: tuple[str, ...]
    rules: tuple[Rule, ...]


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


def _rule(rule_id: str, raw: Mapping[str, Any], document: Mapping[str, Any], file: str) -> Rule:
    at = f"{file}: rule {rule_id}"
    _known(raw, _RULE | _MARKS, at, "key")
    marks = {"note": "", "label_date": document["label_date"], **document.get("defaults", {})}
    marks |= {key: value for key, value in raw.items() if key in _MARKS}
    lacking = [key for key in sorted(_MARKS) if key not in marks]
    lacking += [key for key in ("when", "action") if key not in raw]
    if lacking:
        raise RuleError(f"{at} lacks {', '.join(lacking)}; add them to the rule or to the file's defaults")
    _known([raw["action"]], get_args(RuleAction), at, "action")
    _known([marks["read"]], _READ, at, "reading mark")
    thresholds = _numbers(document.get("thresholds") or {})
    until = _all(raw["until"], at, thresholds) if "until" in raw else ()
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
        dose_day_only=bool(raw.get("on_dose_day_only", False)),
        setting=document["setting"], region=document["region"], label_date=str(marks["label_date"]),
        source=marks["source"], where=marks["where"], read=marks["read"], date=str(marks["date"]),
        note=str(marks["note"]).strip(), file=file,
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
    return RuleFile(
        file=file, setting=document["setting"], region=document["region"], label_date=str(document["label_date"]),
        every_value_has_a_row=complete,
        rules=tuple(_rule(rule_id, raw, document, file) for rule_id, raw in document["rules"].items()),
    )


def shipped() -> tuple[RuleFile, ...]:
    """Every rule file of the package, in order of name."""
    folder = files("tdm1.evidence").joinpath("rules")
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".yaml")), key=lambda path: path.name)
    return tuple(parse(path.read_text("utf-8"), path.name) for path in paths)
