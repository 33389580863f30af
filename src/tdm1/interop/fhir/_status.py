"""Answers about the person: performance status, receptors, pregnancy, breastfeeding, growth of the cancer."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from tdm1 import evidence
from tdm1.interop.fhir._answers import Answer, answer
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._observations import Item
from tdm1.interop.fhir._result import Reading

_HIGHEST_ECOG = 5
_RECEPTORS = ("oestrogen_receptor", "progesterone_receptor")


def _order(item: Item) -> tuple[datetime.date, datetime.datetime]:
    """Order in time; what has no time is the oldest."""
    early = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    if item.time is None:
        return datetime.date.min, early
    instant = item.time.instant
    return item.time.first, early if instant is None else instant


def _last(items: Iterable[Item], reading: Reading) -> tuple[Item, Answer] | None:
    """The latest result that is understood. Raises FhirError for two of one time that differ."""
    found: list[tuple[Item, Answer]] = []
    for item in items:
        said = answer(item)
        if said is None:
            reading.ignore(item.place, "its answer is not one that is read", tell=True)
        else:
            found.append((item, said))
    if not found:
        return None
    found.sort(key=lambda one: _order(one[0]))
    last, said = found[-1]
    for item, other in found[:-1]:
        if _order(item) == _order(last) and (other.name, other.number) != (said.name, said.number):
            raise FhirError(f"{last.place}: {last.what.replace('_', ' ')} stands at {item.place} with another answer "
                            "and no later time; keep the one that holds")
        reading.ignore(item.place, f"a later one counts: {last.place}")
    return last, said


def _ecog(items: Sequence[Item], reading: Reading) -> dict[str, Any]:
    found = _last(items, reading)
    if found is None:
        return {}
    item, said = found
    score = said.number if said.number is not None else None
    if said.name is not None and said.name.startswith("ecog_"):
        score = float(said.name.removeprefix("ecog_"))
    if score is None or said.comparator:
        reading.ignore(item.place, "its answer is no ECOG performance status", tell=True)
        return {}
    if score not in range(_HIGHEST_ECOG + 1):
        raise FhirError(f"{item.place}: an ECOG performance status of {score:g}; it is a whole number from 0 to 5")
    reading.use(item.place, f"ECOG performance status {score:g}")
    return {"ecog": int(score)}


def _receptors(items: Sequence[Item], reading: Reading) -> dict[str, Any]:
    """Positive when one receptor is; negative only when both were tested and are."""
    said: dict[str, set[str]] = {}
    for item in items:
        one = answer(item)
        if one is None or one.name not in ("positive", "negative"):
            reading.ignore(item.place, "its answer is not one that is read")
            continue
        said.setdefault(item.what, set()).add(one.name)
        reading.use(item.place, f"{item.what.replace('_', ' ')} {one.name}")
    if any(len(one) > 1 for one in said.values()):
        reading.notes.append("hormone receptor results contradict each other, so they count as not known")
        return {}
    answers = [name for one in said.values() for name in one]
    if "positive" in answers:
        return {"hormone_receptor_positive": "yes"}
    return {"hormone_receptor_positive": "no"} if len(answers) == len(_RECEPTORS) else {}


def _pregnancy(items: Sequence[Item], reading: Reading) -> dict[str, Any]:
    """Yes as long as a positive answer can still hold; no only from a test or answer of the last days."""
    found = _last(items, reading)
    if found is None:
        return {}
    item, said = found
    says = {"positive": "yes", "pregnant": "yes", "negative": "no", "not_pregnant": "no"}.get(said.name or "")
    if says is None or item.time is None or item.time.day is None:
        reading.ignore(item.place, "an answer about pregnancy without a full date, or not understood", tell=True)
        return {}
    valid = evidence.value("fhir.pregnancy_longest" if says == "yes" else "fhir.pregnancy_test_valid", "day")
    if (reading.on - item.time.day).days > valid:
        reading.ignore(item.place, f"the answer about pregnancy is of {item.time.day}, too old to tell of today",
                       tell=True)
        return {}
    reading.use(item.place, f"pregnant: {says}, of {item.time.day}")
    return {"pregnant": says}


def _breastfeeding(items: Sequence[Item], reading: Reading) -> dict[str, Any]:
    found = _last(items, reading)
    if found is None:
        return {}
    item, said = found
    valid = evidence.value("fhir.pregnancy_test_valid", "day")
    old = item.time is None or (reading.on - item.time.first).days > valid
    says = {"positive": "yes", "negative": "no"}.get(said.name or "")
    if says is None or (says == "no" and old):
        reading.ignore(item.place, "the answer about breastfeeding is old or not understood", tell=True)
        return {}
    reading.use(item.place, f"breastfeeding: {says}")
    return {"breastfeeding": says}


def status_of(by_name: dict[str, list[Item]], reading: Reading) -> dict[str, Any]:
    """ECOG, hormone receptors, pregnancy and breastfeeding, as the register of a person has them."""
    return {
        **_ecog(by_name.get("ecog", []), reading),
        **_receptors([item for name in _RECEPTORS for item in by_name.get(name, [])], reading),
        **_pregnancy(by_name.get("pregnancy_test", []) + by_name.get("pregnancy_status", []), reading),
        **_breastfeeding(by_name.get("breastfeeding", []), reading),
    }


def progression(items: Sequence[Item], first_dose: datetime.date | None, reading: Reading) -> list[dict[str, Any]]:
    """Growth of the cancer after the first dose, as findings of the record."""
    found: list[dict[str, Any]] = []
    for item in items:
        said = answer(item)
        day = None if item.time is None else item.time.day
        if said is None or said.name != "worsened":
            reading.ignore(item.place, "it does not say that the cancer has grown")
        elif first_dose is None or (day is not None and day < first_dose):
            reading.ignore(item.place, "growth of the cancer before T-DM1 is history")
        elif day is None:
            reading.ignore(item.place, "growth of the cancer without a full date; settle when it was", tell=True)
        else:
            reading.use(item.place, f"progression on {day}")
            found.append({"finding": "progression", "value": "yes", "date": day})
    return found
