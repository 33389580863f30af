"""The small calibrations: free DM1 in the vial, the platelets' transit time, the shapes of the control's curves."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar

from tdm1 import evidence
from tdm1.mechanism import t_dm1
from tdm1.trial.bands import course_of
from tdm1.trial.calibration._result import Calibration, Fitted, facts_file
from tdm1.trial.calibration._root import root
from tdm1.trial.control import run_control
from tdm1.trial.definition import PublishedArm
from tdm1.trial.people import people
from tdm1.trial.reading import load
from tdm1.trial.simulate import reference_patient
from tdm1.trial.summary import response_curve

Tell = Callable[[float, str], None]


def calibrate_plasma(tell: Tell) -> Calibration:
    """Free DM1 in the vial, to the DM1 concentrations of the first cycle at 3.6 mg/kg (least squares on logarithms)."""
    started = time.perf_counter()
    name = "dm1.free_share"
    points = evidence.table("clinical_pk").filter(analyte="DM1")
    dose = evidence.value("label.us.dose_full", "mg/kg")
    # Left out: the sample before the dose, and a peak digitised at seven minutes, which an infusion of 90 has not yet.
    points = points.filter((points["time_day"] > 0.01) & (points["dose_mg_per_kg"] == dose))
    # The infusion ends at 90 minutes; digitised times within it are read at its end.
    first = evidence.value("label.us.infusion_first", "min") / (24 * 60)
    times = np.unique(np.maximum(points["time_day"].to_numpy(), first))
    place = np.searchsorted(times, np.maximum(points["time_day"].to_numpy(), first))

    def miss(free_share: float) -> float:
        with evidence.what_if({name: free_share}):
            who, dose_mg = reference_patient(t_dm1(), dose)
            course, _ = course_of(who, dose_mg, [0.0], [first], times)
        return float(np.sum(np.log(course["dm1"][place, 0] / points["conc"].to_numpy()) ** 2))

    tell(0.2, "free DM1 in the vial")
    best = float(minimize_scalar(miss, bounds=(0.0, 0.05), method="bounded", options={"xatol": 1e-6}).x)  # type: ignore[attr-defined]
    fitted = [Fitted(name, "1", evidence.value(name, "1"), best)]
    where = {
        name: f"tdm1 calibrate plasma: {points.height} DM1 means at {dose:g} mg/kg (clinical_pk), least squares of logs"
    }
    text = facts_file("calibrated_plasma.yaml", "Values calibrated to measured plasma concentrations", fitted, where)
    return Calibration(fitted, time.perf_counter() - started, text)


def nadir_day(transit_time_day: float) -> float:
    """Day of the lowest platelet count of the typical patient's first cycle."""
    times = np.arange(1.0, 21.0, 0.1)
    with evidence.what_if({"platelets.mean_transit_time": transit_time_day}):
        who, dose_mg = reference_patient(t_dm1(), evidence.value("label.us.dose_full", "mg/kg"))
        first = evidence.value("label.us.infusion_first", "min") / (24 * 60)
        course, _ = course_of(who, dose_mg, [0.0], [first], times)
    counts = course["platelets"][:, 0]
    low = int(np.clip(np.argmin(counts), 1, len(times) - 2))
    # The bottom of the parabola through the three lowest points.
    before, at, after = counts[low - 1 : low + 2]
    return float(times[low] + 0.05 * (before - after) / (before - 2.0 * at + after))


def calibrate_platelets(tell: Tell) -> Calibration:
    """Mean transit time of the platelets, to the day of the nadir in the published platelet course."""
    started = time.perf_counter()
    name = "platelets.mean_transit_time"
    rows = evidence.table("trials").filter(endpoint="platelet_nadir_day")
    wanted = float(rows["value"][0])
    tell(0.2, "transit time of the platelets")
    best = root(lambda day: nadir_day(day) - wanted, 1.5, 6.0, 1e-3)
    fitted = [Fitted(name, "day", evidence.value(name, "day"), best)]
    where = {
        name: f"tdm1 calibrate platelets: typical nadir of cycle 1 on day {wanted:g} (trials table, LABEL)"
    }
    text = facts_file("calibrated_platelets.yaml", "Platelet timing calibrated to the published course", fitted, where)
    return Calibration(fitted, time.perf_counter() - started, text)


_CONTROL = "lapatinib+capecitabine"


def _published_duration() -> float:
    rows = evidence.table("trials").filter(trial="EMILIA", arm=_CONTROL, endpoint="DOR_median")
    return float(rows["value"][0])


def _response_duration(link: float, patients: int = 8192, seed: int = 20130222) -> float:
    """Median duration of response (month) of the control arm for one link of response and progression."""
    with evidence.what_if({"control.response_survival_correlation": link}):
        trial = load("emilia")
        arm = trial.arms[_CONTROL]
        assert isinstance(arm, PublishedArm)
        who = people(trial, seed, 0, patients)
        sized = arm.model_copy(update={"patients": patients})
        return response_curve(run_control(_CONTROL, sized, who.covariates, who.follow_up, seed)).median


def calibrate_control(tell: Tell) -> Calibration:
    """Shapes of the control arm's curves, to CEREBEL's reconstructed patients; link of response and progression.

    The shapes are by maximum likelihood; the link gives EMILIA's own duration of response in the control arm.
    """
    from lifelines import WeibullFitter

    started = time.perf_counter()
    fitted: list[Fitted] = []
    where: dict[str, str] = {}
    for place, endpoint in enumerate(("pfs", "os")):
        tell(0.1 + 0.4 * place, f"shape of the control arm's {endpoint.upper()}")
        rows = evidence.table(f"km_cerebel_{endpoint}").filter(arm="lapatinib+capecitabine")
        fit = WeibullFitter().fit(np.maximum(rows["time_month"].to_numpy(), 0.01), rows["event"].to_numpy())
        name = f"control.lapatinib_capecitabine.{endpoint}_shape"
        fitted.append(Fitted(name, "1", evidence.value(name, "1"), float(fit.rho_)))
        where[name] = f"tdm1 calibrate control: maximum likelihood on {rows.height} reconstructed patients"
    tell(0.7, "shape of MARIANNE's control arm's PFS")
    rows = evidence.table("km_marianne_pfs").filter(arm="trastuzumab+taxane")
    fit = WeibullFitter().fit(np.maximum(rows["time_month"].to_numpy(), 0.01), rows["event"].to_numpy())
    name = "control.trastuzumab_taxane.pfs_shape"
    fitted.append(Fitted(name, "1", evidence.value(name, "1"), float(fit.rho_)))
    where[name] = f"tdm1 calibrate control: maximum likelihood on {rows.height} reconstructed patients"
    tell(0.8, "link of response and progression")
    shapes = {item.fact: item.value for item in fitted}
    with evidence.what_if(shapes):
        link = root(lambda x: _response_duration(x) - _published_duration(), 0.0, 0.95, 1e-3)
    name = "control.response_survival_correlation"
    fitted.append(Fitted(name, "1", evidence.value(name, "1"), float(link)))
    where[name] = "tdm1 calibrate control: median duration of response of EMILIA's control arm"
    text = facts_file(
        "calibrated_control.yaml",
        "Control arm's curves calibrated to another trial of the same treatment",
        fitted,
        where,
    )
    return Calibration(fitted, time.perf_counter() - started, text)
