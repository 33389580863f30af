"""The course of the patients of one chunk, visit after visit: it reads like the protocol.

    measure -> decide -> give -> advance -> look

All patients of the chunk are simulated whatever number is asked for, and those who left are taken out
of the engine's blocks by one fixed rule, so that results are the same for any number of patients.
"""

from __future__ import annotations

from tdm1.safety import Label
from tdm1.trial.arms import SimulatedArm
from tdm1.trial.chunk import Chunk
from tdm1.trial.course import Course
from tdm1.trial.definition import TrialFile
from tdm1.trial.outcome import look, settle
from tdm1.trial.people import People
from tdm1.trial.visit import visit


def run_course(trial: TrialFile, arm: SimulatedArm, people: People, label: Label, seed: int) -> Course:
    """Treat and follow the patients of one chunk until all have had their event or reached the data cut."""
    chunk = Chunk(trial, arm, people, label, seed)
    tick = trial.tick_day(arm)
    day = 0
    while chunk.on_study.any():
        rate, length = visit(chunk, day)
        chunk.advance(day, rate, length, tick)
        day += tick
        look(chunk, day, tick)
    settle(chunk)
    return chunk.course
