"""What a calendar is made from: the course asked for, and the doses given so far."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class GivenDose:
    """A dose that was given. `tolerated` is False when there was an infusion reaction."""

    day: datetime.date
    level_mg_per_kg: float
    tolerated: bool = True


@dataclass(frozen=True, slots=True)
class CourseRequest:
    """What a calendar is made from.

    first_dose       day of the first dose, planned or given
    weight_kg        body weight for the milligrams; None leaves them out
    level_mg_per_kg  level of the doses to come; None: that of the doses given, else the full dose
    doses_given      doses so far; the calendar goes on from the last of them
    cycles           number of doses in all; needed in metastatic disease, which has no planned end
    missed           planned days on which no dose was given: it is given as soon as possible
    given_instead    for each missed day, the day on which it can be given; none: the day after, which a note says
    lvef_days        days on which the ejection fraction was measured
    sex              female or male, for contraception; None leaves these entries out and says so
    could_become_pregnant   False leaves contraception, breastfeeding and the pregnancy test out
    last_dose        the last of the `cycles` is known to be the last dose of the treatment. The end of contraception is
                     shown only then, and where all doses planned in early disease are shown
    """

    setting: str
    region: str
    first_dose: datetime.date
    weight_kg: float | None = None
    level_mg_per_kg: float | None = None
    doses_given: tuple[GivenDose, ...] = ()
    cycles: int | None = None
    missed: tuple[datetime.date, ...] = ()
    given_instead: tuple[datetime.date, ...] = ()
    lvef_days: tuple[datetime.date, ...] = ()
    sex: Literal["female", "male"] | None = None
    could_become_pregnant: bool = True
    last_dose: bool = False
