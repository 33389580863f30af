"""The indications written by hand from the label's words, for one person, with True, False and None for unknown."""

from __future__ import annotations

Value = float | str | None
Truth = bool | None


def both(*parts: Truth) -> Truth:
    return False if False in parts else None if None in parts else True


def either(*parts: Truth) -> Truth:
    return True if True in parts else None if None in parts else False


def at_least(value: Value, bound: float) -> Truth:
    return None if value is None else float(value) >= bound


def at_most(value: Value, bound: float) -> Truth:
    return None if value is None else float(value) <= bound


def is_yes(value: Value) -> Truth:
    return None if value is None else bool(value)


def stage_in(value: Value, *words: str) -> Truth:
    return None if value is None else value in words


def her2_eu(person: dict[str, Value]) -> Truth:
    stated = is_yes(person.get("her2_positive"))
    measured = either(at_least(person.get("her2_ihc"), 3), at_least(person.get("her2_ish_ratio"), 2.0))
    return measured if stated is None else stated


def contradictory(person: dict[str, Value]) -> bool:
    stated = is_yes(person.get("her2_positive"))
    measured = either(at_least(person.get("her2_ihc"), 3), at_least(person.get("her2_ish_ratio"), 2.0))
    return stated is not None and measured is not None and stated != measured


def indications(person: dict[str, Value], region: str) -> dict[str, Truth]:
    """The answer of each indication of a region by id."""
    ask = person.get
    adult = at_least(ask("age_year"), 18)
    trastuzumab, taxane = is_yes(ask("prior_trastuzumab")), is_yes(ask("prior_taxane"))
    recurred = is_yes(ask("recurrence_during_or_within_6_months_of_adjuvant"))
    early = stage_in(ask("disease_stage"), "early")
    before = is_yes(ask("neoadjuvant_taxane")), is_yes(ask("neoadjuvant_trastuzumab"))
    residual = is_yes(ask("residual_invasive_disease"))
    if region == "US":
        her2 = is_yes(ask("her2_positive"))
        treated = is_yes(ask("prior_therapy_for_metastatic_disease"))
        metastatic = stage_in(ask("disease_stage"), "metastatic")
        return {
            "I1": both(adult, her2, metastatic, trastuzumab, taxane, either(treated, recurred)),
            "I2": both(adult, her2, early, *before, residual),
        }
    her2 = her2_eu(person)
    advanced = stage_in(ask("disease_stage"), "metastatic", "locally_advanced")
    treated = is_yes(ask("prior_therapy_for_advanced_disease"))
    line = either(treated, recurred)
    if region == "EU":
        other = is_yes(ask("neoadjuvant_other_her2_therapy"))
        return {
            "I3": both(adult, her2, advanced, trastuzumab, taxane, line),
            "I4": both(adult, her2, early, before[0], either(before[1], other), residual),
        }
    either_drug = either(taxane, is_yes(ask("prior_capecitabine")))
    short = at_most(ask("treatment_break_beyond_cycle_week"), 6)
    well = at_most(ask("ecog"), 2), at_least(ask("lvef_pct"), 50)
    return {"I8": both(adult, her2, advanced, trastuzumab, either_drug, line, *well, short)}
