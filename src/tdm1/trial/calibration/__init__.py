"""Fits the numbers that no paper gives, each from named data, and writes them as facts."""

from __future__ import annotations

from collections.abc import Callable

from tdm1 import evidence
from tdm1.trial.calibration._by_dar import calibrate_by_dar
from tdm1.trial.calibration._emilia import calibrate_emilia
from tdm1.trial.calibration._in_vitro import calibrate_in_vitro
from tdm1.trial.calibration._katherine import calibrate_katherine
from tdm1.trial.calibration._lines import calibrate_lines
from tdm1.trial.calibration._result import Calibration, Fitted
from tdm1.trial.calibration._small import calibrate_control, calibrate_plasma, calibrate_platelets, nadir_day
from tdm1.trial.calibration._symptoms import calibrate_symptoms
from tdm1.trial.reading import InputError

__all__ = ["Calibration", "Fitted", "calibrate", "nadir_day"]

_OF_TRIALS = {
    "emilia": (calibrate_emilia, 4096), "lines": (calibrate_lines, 2048), "katherine": (calibrate_katherine, 4096),
    "symptoms": (calibrate_symptoms, 1024),
}
_SMALL = {
    "plasma": calibrate_plasma, "by_dar": calibrate_by_dar, "platelets": calibrate_platelets,
    "control": calibrate_control, "in_vitro": calibrate_in_vitro,
}


def calibrate(
    name: str,
    *,
    patients: int | None = None,
    seed: int | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Calibration:
    """Run one calibration: `emilia`, `katherine`, `symptoms`, `lines`, `plasma`, `by_dar`, `platelets`, `control`
    or `in_vitro`.

    `patients` and `seed` are those of each simulated arm (4096, for lines 2048, for symptoms 1024, and 20130222 if
    None); the last five need none.
    Raises InputError, with the nearest name, for another name.
    """
    tell = progress or (lambda share, what: None)
    if name in _SMALL:
        return _SMALL[name](tell)
    if name in _OF_TRIALS:
        fit, usual = _OF_TRIALS[name]
        return fit(usual if patients is None else patients, 20130222 if seed is None else seed, tell)
    known = [*_OF_TRIALS, *_SMALL]
    raise InputError(f"there is no calibration '{name}'{evidence.nearest(name, known)} (known: {', '.join(known)})")
