"""Reads the values of options; each error names the option, what was given and what it takes."""

from __future__ import annotations

import math


class OptionError(ValueError):
    """An option whose value cannot be used."""


def positive(option: str, value: float) -> float:
    """`value` when it is finite and above 0. Raises OptionError otherwise."""
    if not (math.isfinite(value) and value > 0):
        raise OptionError(f"{option} is {value:g}; it takes a number above 0")
    return value


def dose_of(drug: str | None, dose_mg_per_kg: float | None) -> float:
    """The dose (mg/kg): as given, or the label's of T-DM1. Raises OptionError for another drug without one."""
    if dose_mg_per_kg is not None:
        return positive("--dose-mg-per-kg", dose_mg_per_kg)
    if drug not in (None, "t_dm1"):
        from tdm1.evidence import drugs

        drugs.drug(drug)  # an unknown name is told before its dose is asked for
        raise OptionError(f"--drug {drug} needs its dose; give --dose-mg-per-kg")
    from tdm1 import evidence

    return evidence.value("label.us.dose_full", "mg/kg")


def names(option: str, text: str) -> tuple[str, ...]:
    """The names in a list with commas, in their order. Raises OptionError for an empty or doubled name."""
    found = tuple(part.strip() for part in text.split(","))
    if not all(found):
        raise OptionError(f"{option} '{text}' has an empty name; write names with single commas between them")
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise OptionError(f"{option} names {', '.join(twice)} twice; name each once")
    return found


def settings(option: str, items: list[str] | None) -> dict[str, str]:
    """`FACT=VALUE` items by name of the fact. Raises OptionError for one that is no such pair, or is given twice."""
    found: dict[str, str] = {}
    for item in items or ():
        name, equals, text = (part.strip() for part in item.partition("="))
        if not (name and equals and text):
            raise OptionError(f"{option} '{item}' is not a fact and its value; write for example "
                              f"{option} tumour.tubulin_dissociation_constant='0.95 nM'")
        if name in found:
            raise OptionError(f"{option} gives {name} twice; give it once")
        found[name] = text
    return found


def times(option: str, text: str | None) -> tuple[float, ...] | None:
    """The days in a list with commas: finite, 0 or later, ascending. Raises OptionError otherwise."""
    if text is None:
        return None
    days: list[float] = []
    for part in text.split(","):
        try:
            day = float(part)
        except ValueError:
            raise OptionError(f"{option}: '{part.strip()}' is not a number; write days such as 0.1,1,7") from None
        if not (math.isfinite(day) and day >= 0):
            raise OptionError(f"{option}: {part.strip()} is not a day; it takes numbers of 0 or more")
        if days and day <= days[-1]:
            raise OptionError(f"{option}: day {day:g} comes after day {days[-1]:g}; write the days in ascending order")
        days.append(day)
    return tuple(days)
