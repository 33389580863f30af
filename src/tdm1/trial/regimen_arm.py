"""A regimen as an arm of a trial: what the regimen does not say comes from the trial's own T-DM1 arm."""

from __future__ import annotations

from collections.abc import Sequence

from tdm1 import evidence
from tdm1.safety import label
from tdm1.trial.arms import SimulatedArm, TDM1Arm, Trastuzumab
from tdm1.trial.definition import TrialFile
from tdm1.trial.published_arm import PublishedArm
from tdm1.trial.reading import InputError
from tdm1.trial.regimens import EXAMPLE, Regimen, parse

_MINUTES_PER_DAY = 24 * 60


def template(trial: TrialFile) -> TDM1Arm:
    """The trial's first T-DM1 arm. Raises InputError when it has none."""
    for arm in trial.arms.values():
        if isinstance(arm, TDM1Arm):
            return arm
    raise InputError(f"trial '{trial.name}' has no arm of kind t_dm1; name a trial that treats with T-DM1")


def lower_doses(regimen: Regimen, trial: TrialFile) -> list[float] | None:
    """Levels (mg/kg) to reduce to; None leaves those of the label, which hold for its own interval alone.

    The label has no levels for another interval. Then its own steps are taken in proportion to the starting dose.
    """
    if regimen.every_day == evidence.value("label.us.cycle", "day"):
        return None
    full, *lower = label.load(trial.setting, trial.region).levels_mg_per_kg
    return [regimen.dose_mg_per_kg * level / full for level in lower]


def _per_interval(chance: float, ratio: float) -> float:
    """A chance per cycle as a chance per interval of another length, at the same rate in time."""
    # The trial's own interval keeps its chances to the last bit.
    return chance if ratio == 1.0 else 1.0 - (1.0 - chance) ** ratio


def _trastuzumab(base: TDM1Arm) -> Trastuzumab:
    """The trial's own trastuzumab, else that of the evidence."""
    if base.then is not None:
        return base.then
    value = evidence.value
    return Trastuzumab.model_construct(
        dose=value("trastuzumab.dose", "mg/kg"), loading_dose=value("trastuzumab.loading_dose", "mg/kg"),
        reload_after=value("trastuzumab.reload_after", "day"), every=value("label.us.cycle", "day"),
        first_infusion=value("trastuzumab.infusion_first", "min") / _MINUTES_PER_DAY,
        later_infusion=value("trastuzumab.infusion_later", "min") / _MINUTES_PER_DAY, total_cycles="until progression",
    )


def _then(regimen: Regimen, base: TDM1Arm, cycles: int | str, total: int | str) -> Trastuzumab | None:
    """Trastuzumab of the arm: where the regimen asks for it, and where the trial gives it after a stop for toxicity.

    Cycles of both drugs are counted together, so it keeps the regimen's interval, with the dose in proportion.
    """
    if not regimen.trastuzumab and base.then is None:
        return None
    plan = _trastuzumab(base)
    ratio = regimen.every_day / plan.every
    return plan.model_copy(
        update={
            "dose": plan.dose * ratio, "loading_dose": plan.loading_dose * ratio, "every": float(regimen.every_day),
            "total_cycles": total if regimen.trastuzumab else cycles,
        }
    )


def arm_of(regimen: Regimen, trial: TrialFile, patients: int) -> TDM1Arm:
    """The arm that treats `patients` of the trial with the regimen.

    Without a number of cycles it lasts as long as the trial's own arm. Raises InputError where the trial has no
    T-DM1 arm, or an infusion would last until the next dose.
    """
    base = template(trial)
    if regimen.every_day <= max(base.first_infusion, base.later_infusion):
        raise InputError(f"regimen '{regimen}': a dose every {regimen.every_day} days is due before the infusion of "
                         f"trial '{trial.name}' has ended; name a longer interval")
    ratio = regimen.every_day / base.every
    total = max(1, round(base.cycles / ratio)) if isinstance(base.cycles, int) else base.cycles
    cycles = total if regimen.cycles is None else regimen.cycles
    events = {name: _per_interval(chance, ratio) for name, chance in base.other_events.model_dump().items()}
    return base.model_copy(
        update={
            "patients": patients, "dose": regimen.dose_mg_per_kg, "every": float(regimen.every_day),
            "cycles": cycles, "lower_doses": lower_doses(regimen, trial),
            "other_events": base.other_events.model_copy(update=events), "then": _then(regimen, base, cycles, total),
        }
    )


def arms_of(texts: Sequence[str], trial: TrialFile, patients: int) -> dict[str, SimulatedArm]:
    """An arm for every text, by its name: an arm of the trial that is called so, else a regimen in its language.

    A regimen that is asked for twice is treated twice. Raises InputError for a text that is neither.
    """
    found: dict[str, SimulatedArm] = {}
    for text in texts:
        own = trial.arms.get(text)
        if isinstance(own, PublishedArm):
            raise InputError(f"arm '{text}' of trial '{trial.name}' is drawn from published results and cannot be "
                             "paired patient by patient; name a simulated arm or a regimen")
        if own is not None:
            name, arm = text, own.model_copy(update={"patients": patients})
        else:
            if text.strip()[:1].isalpha():
                hint = evidence.nearest(text, trial.arms)
                raise InputError(f"'{text}' is no arm of trial '{trial.name}'{hint} (its arms: {', '.join(trial.arms)})"
                                 f" and no regimen such as '{EXAMPLE}'")
            regimen = parse(text)
            name, arm = str(regimen), arm_of(regimen, trial, patients)
        names = [name, *(f"{name} ({place})" for place in range(2, len(texts) + 1))]
        found[next(free for free in names if free not in found)] = arm
    return found
