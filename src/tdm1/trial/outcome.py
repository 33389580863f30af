"""What becomes of the disease: scans, progression and death with a tumour; recurrence and death after surgery."""

from __future__ import annotations

import numpy as np

from tdm1 import evidence
from tdm1.trial.chunk import Chunk, Drug
from tdm1.trial.recist import progression
from tdm1.trial.survival import death_day


def look(chunk: Chunk, day: int, tick: int) -> None:
    """Events of the days just passed, and who is followed further."""
    if chunk.has_tumour:
        _with_tumour(chunk, day)
    else:
        _after_surgery(chunk, day, tick)


def _with_tumour(chunk: Chunk, day: int) -> None:
    """Landmark, scan, progression, death and the end of follow-up."""
    landmark = evidence.value("survival.landmark", "day")
    baseline = chunk.people.covariates["sum_of_diameters_mm"]
    course = chunk.course
    if day >= landmark and not np.isfinite(course.death_day).any():
        change = chunk.sum_of_diameters_mm() / baseline - 1.0
        course.death_day = death_day(chunk.people, chunk.seed, change)
    in_follow_up = chunk.on_study & (day <= chunk.people.follow_up.data_cut_day)
    died = in_follow_up & (course.death_day <= day)
    in_follow_up &= ~died
    scan_every = chunk.trial.visits.scan_every
    if scan_every is not None and day % round(scan_every) == 0:
        measured = np.where(in_follow_up, chunk.clinic.scan(day, chunk.sum_of_diameters_mm()), np.nan)
        course.scans.append((day, measured))
        progressed = in_follow_up & progression(measured[:, None], chunk.nadir_mm)[:, 0]
        course.progression_day[progressed] = day
        course.last_scan_day[in_follow_up] = day
        chunk.nadir_mm = np.fmin(chunk.nadir_mm, measured)
        in_follow_up &= ~progressed
    chunk.on_study = in_follow_up


def _after_surgery(chunk: Chunk, day: int, tick: int) -> None:
    """Recurrences while treatment lasts; afterwards nothing changes the risk and `settle` draws the rest."""
    assert chunk.relapses is not None
    relapsed = chunk.relapses.step(float(day - tick), float(day), chunk.full_doses(), chunk.on_study)
    chunk.drug[relapsed] = Drug.NONE
    treated = chunk.drug != Drug.NONE
    cut = chunk.people.follow_up.data_cut_day
    chunk.on_study = chunk.on_study & ~relapsed & (day <= cut) & (treated | chunk.at_risk)


def settle(chunk: Chunk) -> None:
    """What is known only at the end: worst grades of symptoms, and after surgery the years that follow."""
    chunk.course.symptoms = chunk.symptoms.record()
    if chunk.relapses is None:
        return
    ends = chunk.relapses.finish(chunk.full_doses())
    chunk.course.recurrence_day, chunk.course.recurrence_site = ends.day, ends.site
    chunk.course.death_day = ends.death_day
