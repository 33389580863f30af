"""Heart tests, the pregnancy test, and how long contraception goes on after the last dose."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from tdm1 import evidence
from tdm1.regimen.course_request import CourseRequest
from tdm1.regimen.months import add_months
from tdm1.regimen.plan_event import PlanEvent, event, note


def _before(dose: datetime.date) -> datetime.date:
    return dose - datetime.timedelta(days=evidence.value("monitoring.start_test_before", "day"))


def heart_tests(
    asked: CourseRequest, days: Sequence[datetime.date], given: int
) -> tuple[list[PlanEvent], list[str]]:
    """Ejection fraction before the first dose and about every three months, counted from the last one measured (C5).

    One that is overdue stands before the next dose, and a note says so.
    """
    every = int(evidence.value("monitoring.lvef_every", "month"))
    measured = sorted(set(asked.lvef_days))
    found = [event("heart_test", day, asked.region, done=True) for day in measured]
    notes: list[str] = []
    due = add_months(measured[-1], every) if measured else None
    # It is overdue for certain when it fell due before the last dose given; before the start it must not be older.
    overdue = due is None or due <= days[max(given - 1, 0)]
    if given and due is None:
        notes.append(note("heart_unknown"))
    elif given and overdue:
        notes.append(note("heart_overdue", due=due))
    if overdue:
        if len(days) == given:
            return found, notes
        following = days[given]
        found.append(event("heart_test", _before(following), asked.region))
        counted_from = following
    else:
        counted_from = measured[-1]
    count = 1
    while (day := add_months(counted_from, every * count)) <= days[-1]:
        found.append(event("heart_test", day, asked.region))
        count += 1
    return found, notes


def contraception(
    asked: CourseRequest, days: Sequence[datetime.date], *, open_end: bool
) -> tuple[list[PlanEvent], list[str]]:
    """The pregnancy test before the start, and the ends of contraception and of no breastfeeding (C2, P2 to P4).

    With an open end of treatment no end is shown, for it would be read as one.
    """
    if not asked.could_become_pregnant:
        return [], []
    found: list[PlanEvent] = []
    if asked.sex == "female" and not asked.doses_given:
        found.append(event("pregnancy_test", _before(days[0]), asked.region))
    if asked.sex is None:
        return found, [note("sex_unknown")]
    if asked.sex == "male" and asked.region != "US":
        return found, [note("men_eu")]
    if open_end:
        return found, [note(f"end_unknown_{asked.sex}")]
    ends = {
        "female": (("contraception_female", "monitoring.contraception_female"),
                   ("breastfeeding", "monitoring.breastfeeding")),
        "male": (("contraception_male", "monitoring.contraception_male_us"),),
    }
    for name, fact in ends[asked.sex]:
        until = add_months(days[-1], int(evidence.value(fact, "month")))
        found.append(event(name, until, asked.region, last_dose=days[-1], fill={"last": str(days[-1])}))
    return found, []
