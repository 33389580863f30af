"""A check as CDS Hooks cards: the next dose, what is needed, what warns. The words are the check's own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tdm1 import evidence
from tdm1.interop.cds_hooks.markdown import escaped, items
from tdm1.interop.cds_hooks.orders import Ordered
from tdm1.person import Check, Needed, Warned

#: CDS Hooks: fewer than 140 characters.
LONGEST_SUMMARY = 139
_LONGEST_LABEL = 120
_TOPICS = {
    "next-dose": "Next dose", "indication": "Indication", "needed": "Information needed", "medicines": "Medicines",
    "warnings": "Warnings", "order": "Ordered dose",
}
_TOPIC_SYSTEM = "urn:tdm1:cds-hooks:topic"
_REASON_SYSTEM = "urn:tdm1:cds-hooks:override-reason"
_REASONS = {
    "data-outdated": "The data sent are not the newest",
    "data-wrong": "A value or an entry in the record is wrong",
    "assessed": "The treating team has assessed this and decided otherwise",
    "study": "The patient is treated by the protocol of a study",
}
_URGENCY = ("critical", "warning", "info")
_AGAINST = ("contraindicated", "not_recommended", "same_drug_confusion")
#: Kinds that come from a medicine taken or ordered.
_MEDICINE = ("cyp3a4_strong_inhibitor", "cyp3a4_inducer", "bleeding", "liver", "same_drug_confusion")
_ACTION = {"give": "give", "hold": "hold", "reduce": "reduce", "stop": "stop treatment", "unknown": "not decided yet"}


@dataclass(frozen=True, slots=True)
class Showing:
    """What a card has to know beside the check.

    ordering     T-DM1 is being ordered, so that what speaks against it is urgent
    orders       the chosen orders; with `only_orders` nothing but what concerns them is shown
    incomplete   what the clinic's system did not send, in words
    link         address of the next-dose page, or None
    """

    ordering: bool = False
    orders: tuple[Ordered, ...] = ()
    only_orders: bool = False
    incomplete: tuple[str, ...] = ()
    link: str | None = None


def cards(check: Check, showing: Showing | None = None) -> list[dict[str, Any]]:
    """Cards in the order of their urgency. With `only_orders` there may be none."""
    shown = showing or Showing()
    found = [] if shown.only_orders else [
        _next_dose(check, shown), *_indication(check, shown), *_ordered_dose(check, shown),
        *_other_warnings(check, shown),
    ]
    found += _medicines(check, shown)
    found += _needed(check, shown)
    return sorted(found, key=lambda one: _URGENCY.index(one["indicator"]))


def _card(
    summary: str, indicator: str, topic: str, source: tuple[str, str | None], detail: str, check: Check, shown: Showing
) -> dict[str, Any]:
    label, url = source
    card: dict[str, Any] = {
        "uuid": str(uuid.uuid4()),
        "summary": _short(summary, LONGEST_SUMMARY),
        "indicator": indicator,
        "detail": f"{detail}\n\n*{escaped(check.disclaimer)}*",
        "source": {
            "label": _short(label, _LONGEST_LABEL),
            "topic": {"system": _TOPIC_SYSTEM, "code": topic, "display": _TOPICS[topic]},
        },
    }
    if url is not None:
        card["source"]["url"] = url
    if indicator != "info":
        card["overrideReasons"] = [
            {"system": _REASON_SYSTEM, "code": code, "display": display} for code, display in _REASONS.items()
        ]
    if shown.link is not None:
        card["links"] = [{"label": "Enter the data by hand", "url": shown.link, "type": "absolute"}]
    return card


def _short(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _source(keys: Sequence[str]) -> tuple[str, str | None]:
    """Citation and address of the first source; tdm1 itself where nothing has one."""
    for key in keys:
        known = evidence.sources().get(key.split(";")[0])
        if known is not None:
            return known.citation, known.url if (known.url or "").startswith(("http://", "https://")) else None
    return "tdm1: rules of the label, made executable", None


def _cited(text: str, id_: str, source: str, where: str, read: str) -> str:
    return f"{escaped(text)} ({escaped(id_)}; {escaped(source)}, {escaped(where)}; {escaped(read)})"


def _next_dose(check: Check, shown: Showing) -> dict[str, Any]:
    dose = check.next_dose
    indicator = {"give": "info", "reduce": "warning", "stop": "critical"}.get(dose.action)
    if indicator is None:
        against = "critical" if dose.action == "hold" else "warning"
        indicator = against if shown.ordering else "warning" if dose.action == "hold" else "info"
    amount = f"{dose.level_mg_per_kg:g} mg/kg" if dose.level_mg_per_kg is not None else ""
    amount += f" = {dose.dose_mg:g} mg" if dose.dose_mg is not None and amount else ""
    deciding = [one for one in dose.reasons if one.decides] or list(dose.reasons)
    why = f": {deciding[0].text}" if deciding and dose.action != "give" else ""
    summary = f"T-DM1, next dose: {_ACTION[dose.action]}{' ' + amount if amount else ''}{why}"
    lines = [f"**{escaped(dose.text)}**"]
    if dose.reasons:
        lines.append(items([_cited(one.text, one.id, one.source, one.where, one.read) for one in dose.reasons]))
    if dose.recheck.text:
        lines.append(escaped(dose.recheck.text + (f", by {dose.recheck.by}" if dose.recheck.by else "")))
    if dose.earliest is not None:
        lines.append(f"Earliest day: {dose.earliest}")
    if dose.label:
        lines.append(f"By: {escaped(dose.label)}")
    source = _source([one.source for one in deciding])
    return _card(summary, indicator, "next-dose", source, "\n\n".join(lines), check, shown)


def _indication(check: Check, shown: Showing) -> list[dict[str, Any]]:
    if check.eligible != "no":
        return []
    against = [one for one in check.reasons if one.answer == "no"]
    indicator = "critical" if shown.ordering and not check.next_dose.doses_given else "warning"
    detail = items([_cited(one.text, one.id, one.source, one.where, one.read) for one in against])
    said = f"T-DM1: no indication of the {check.region} label is met by this record"
    return [_card(said, indicator, "indication", _source([one.source for one in against]), detail, check, shown)]


def _ordered_dose(check: Check, shown: Showing) -> list[dict[str, Any]]:
    """A card where the ordered dose is not the one that the rules give."""
    found: list[dict[str, Any]] = []
    tolerance = evidence.value("person.level_tolerance", "1")
    by_unit = {"mg": check.next_dose.dose_mg, "mg/kg": check.next_dose.level_mg_per_kg}
    for one in shown.orders:
        if not one.t_dm1 or one.dose is None:
            continue
        number, unit = one.dose
        expected = by_unit[unit]
        if expected is None or abs(number - expected) <= tolerance * expected:
            continue
        indicator = "critical" if number > expected else "warning"
        summary = f"T-DM1: {number:g} {unit} is ordered; the label's rules give {expected:g} {unit}"
        detail = f"Order: {escaped(one.reference)}. Check the level, the weight and the unit of the order."
        source = _source([reason.source for reason in check.next_dose.reasons])
        found.append(_card(summary, indicator, "order", source, detail, check, shown))
    return found


def _warned_lines(warned: Sequence[Warned]) -> str:
    return items([
        _cited(one.text, one.id, one.source, one.where, one.read) + (f": {escaped(one.advice)}" if one.advice else "")
        for one in warned
    ])


def _other_warnings(check: Check, shown: Showing) -> list[dict[str, Any]]:
    others = [one for one in check.warnings if one.kind not in _MEDICINE]
    against = [one for one in others if one.kind in _AGAINST]
    rest = [one for one in others if one.kind not in _AGAINST]
    found: list[dict[str, Any]] = []
    if against:
        indicator = "critical" if shown.ordering else "warning"
        found.append(_card(f"T-DM1: {against[0].text}", indicator, "warnings", _source([one.source for one in against]),
                           _warned_lines(against), check, shown))
    if rest:
        more = f" (and {len(rest) - 1} more)" if len(rest) > 1 else ""
        room = LONGEST_SUMMARY - len(more)
        found.append(_card(_short(f"T-DM1, to watch: {rest[0].text}", room) + more, "info", "warnings",
                           _source([one.source for one in rest]), _warned_lines(rest), check, shown))
    return found


def _medicines(check: Check, shown: Showing) -> list[dict[str, Any]]:
    """One card a medicine; of an ordered one it warns, of one taken already it informs, but for the gravest kinds."""
    names = {one.said for one in shown.orders if not one.t_dm1}
    by_name: dict[str, list[Warned]] = {}
    for one in check.warnings:
        if one.kind in _MEDICINE:
            by_name.setdefault(_medicine_of(one, check), []).append(one)
    found: list[dict[str, Any]] = []
    for name, warned in by_name.items():
        chosen = name in names
        if shown.only_orders and not chosen:
            continue
        kinds = {one.kind for one in warned}
        grave = chosen or bool(kinds & {"cyp3a4_strong_inhibitor", "same_drug_confusion"})
        indicator = "critical" if "same_drug_confusion" in kinds and chosen else "warning" if grave else "info"
        found.append(_card(f"Beside T-DM1: {warned[0].text}", indicator, "medicines",
                           _source([one.source for one in warned]), _warned_lines(warned), check, shown))
    return found


def _medicine_of(warned: Warned, check: Check) -> str:
    """The medicine that a warning begins with, as it was given."""
    fitting = [one.given for one in check.medicines if warned.text.startswith(f"{one.given}: ")]
    return max(fitting, key=len, default=warned.text)


def _needed(check: Check, shown: Showing) -> list[dict[str, Any]]:
    """One card with everything that is not known and could change the answer."""
    wanted: list[Needed] = [
        one for one in check.missing
        if not shown.only_orders or any(one.name.startswith("medicines: ") and order.said in one.text
                                        for order in shown.orders)
    ]
    unread = [one.reference for one in shown.orders if one.entry is None]
    if not wanted and not unread:
        return []
    names = [one.text if one.name.startswith("medicines") else one.name.replace("_", " ") for one in wanted]
    names += [f"the medicine of {one}" for one in unread]
    indicator = "warning" if shown.ordering and check.next_dose.action == "unknown" else "info"
    lines = [f"{escaped(one.text)} (for: {', '.join(one.needed_for).replace('_', ' ')})" for one in wanted]
    lines += [f"which medicine {escaped(one)} orders: it names none that could be read" for one in unread]
    detail = "Not known, and it could change the answer:\n\n" + items(lines)
    if shown.incomplete:
        unsent = items([escaped(one) for one in shown.incomplete])
        detail += f"\n\nThe clinic's system did not send everything:\n\n{unsent}"
    source = _source([])
    return [_card(f"T-DM1, information needed: {', '.join(names)}", indicator, "needed", source, detail, check, shown)]
