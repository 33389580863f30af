"""What to expect: people like one person, treated and followed in a virtual trial, and counted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tdm1 import evidence
from tdm1.forecast import counting
from tdm1.forecast._errors import ForecastError
from tdm1.forecast.expectation import Expectation
from tdm1.forecast.people import TRIALS, Lived, Progress, arm_name, definition_of, live, outside
from tdm1.forecast.published import seen
from tdm1.forecast.timeline import timeline
from tdm1.population.conditional import checked
from tdm1.symptoms import catalogue


def _silent(share: float, what: str) -> None:
    """Tell nobody."""


#: Only the trial's own virtual people are kept: what is known of a person never is.
@lru_cache(maxsize=4)
def _reference(setting: str, seed: int, patients: int) -> Lived:
    return live(definition_of(setting), seed, patients, None, _silent)


def _asked(setting: str, patients: int | None, seed: int) -> int:
    """The number of people. Raises ForecastError for a setting, number or seed that cannot be."""
    if setting not in TRIALS:
        raise ForecastError(f"there is no setting '{setting}'{evidence.nearest(setting, TRIALS)} "
                            f"(known: {', '.join(TRIALS)})")
    number = round(evidence.value("forecast.people", "1")) if patients is None else patients
    fewest = round(evidence.value("forecast.fewest", "1"))
    if number < fewest:
        raise ForecastError(f"patients is {number}; a share of fewer than {fewest} people is mostly chance")
    if seed < 0:
        raise ForecastError(f"seed {seed} is negative; use 0 or more")
    return number


def expect(
    setting: str, known: Mapping[str, float] | None = None, *, patients: int | None = None, seed: int = 1,
    progress: Progress | None = None,
) -> Expectation:
    """What to expect on T-DM1, counted in virtual people like one person.

    setting    metastatic (treated and followed as in EMILIA) or early (as in KATHERINE)
    known      her covariates by name and in the units of `tdm1.population.VARIABLES`, such as age_year and weight_kg;
               a yes is 1, a no is 0. All people have these values; the rest is drawn given them
    patients   virtual people; `forecast.people` if None
    seed       seed of the random numbers
    progress   told how far the work is (0 to 1) and what is done now

    The trial's eligibility is not asked, for the person may be one whom the trial would not have taken: who differs
    from its people gets a forecast that the trial cannot support, and `outside` names what no virtual person of it
    has. Label rules hold, delay, lower and stop doses as in the trial. Nothing that is known is kept after the call.

    Raises ForecastError for a setting or number that cannot be, PopulationError for a covariate (with the nearest
    name) or a value that cannot be.
    """
    number = _asked(setting, patients, seed)
    tell = progress or _silent
    definition = definition_of(setting)
    numbers = checked(definition.population, known or {})
    stage = {"metastatic": 0.0, "early": 1.0}[setting]
    if numbers.get("early_disease", stage) != stage:
        raise ForecastError(f"early_disease is {numbers['early_disease']:g}, but the setting is {setting}; "
                            "give the setting that fits")
    own = live(definition, seed, number, numbers, lambda share, what: tell(share / 2.0, what))
    if not own.arm.n:
        raise ForecastError("the equations could be solved for none of these people; look for an extreme covariate")
    tell(0.5, "the trial's own people, to compare")
    counter = counting.Counter(own, _reference(setting, seed, number), seen(definition, arm_name(definition)))
    tell(0.9, "counting")
    effects = counting.effects(counter, setting)
    common = 100.0 * evidence.value("forecast.common_share", "1")
    felt = {one.name for one in catalogue().symptoms}
    return Expectation(
        setting=setting, trial=definition.name, known=numbers, outside=outside(definition, numbers), patients=number,
        failed_solves=own.failed, seed=seed, effects=effects, laboratory=counting.laboratory(counter),
        treatment=counting.treatment(counter), infusions=counting.infusions(own), disease=counting.disease(counter),
        medians=counting.medians(counter), survival=counting.survival(counter),
        # What is reported from a blood test has no end of its own: the timeline has the counts themselves.
        timeline=timeline(own, [one.name for one in effects if one.share.of_100 >= common and one.name in felt]),
    )
