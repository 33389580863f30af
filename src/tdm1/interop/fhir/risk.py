"""What to expect (`tdm1.forecast`) as a FHIR R4 RiskAssessment: one prediction an outcome, in percent."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, cast

from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._json import Json

#: Parts of an expectation that hold outcomes with a share of 100 people.
_PARTS = ("effects", "laboratory", "treatment", "disease", "survival")
_LARGEST = 100.0


def risk_assessment(expectation: Mapping[str, Any], *, subject: str, when: datetime.datetime) -> Json:
    """A RiskAssessment (FHIR R4, JSON) of an expectation (`Expectation.as_dict()`).

    subject   reference to the patient, such as `Patient/1`; FHIR asks for it
    when      time of the assessment, with its time zone
    Each prediction is a share of 100 simulated people like this one, as percent (FHIR takes decimals up to 100); how
    far to trust it stands in its rationale. Survival is told only where the expectation holds it. It names no
    mitigation. Raises FhirError for a time without a zone, and for what is no expectation.
    """
    if when.tzinfo is None:
        raise FhirError("when: give the time of the assessment with its time zone")
    if not all(name in expectation for name in ("setting", "trial", "patients", "effects")):
        raise FhirError("expectation: setting, trial, patients and effects are needed; give Expectation.as_dict()")
    trial, setting = expectation["trial"], expectation["setting"]
    people = f"{expectation['patients']} simulated people like this one, treated as in the T-DM1 arm of {trial}"
    return {
        "resourceType": "RiskAssessment",
        "status": "final",
        "method": {"text": f"tdm1 simulation, {setting} breast cancer, seed {expectation.get('seed', '')}"},
        "subject": {"reference": subject},
        "occurrenceDateTime": when.isoformat(timespec="seconds"),
        "basis": [{"display": f"Covariates given: {', '.join(expectation.get('known', {})) or 'none'}"}],
        "prediction": list(_predictions(expectation)),
        "note": [{"text": f"Shares of {people}. Research software, not a medical device: they are what a model expects "
                          "of many people and do not tell what will happen to one."},
                 *_outside(expectation)],
    }


def _outside(expectation: Mapping[str, Any]) -> Iterable[Json]:
    names = expectation.get("outside", ())
    if names:
        yield {"text": f"Nobody in the trial's population is like this person in: {', '.join(names)}; the model "
                       "extrapolates."}


def _predictions(expectation: Mapping[str, Any]) -> Iterable[Json]:
    for part in _PARTS:
        for outcome in cast("list[Json]", expectation.get(part, [])):
            yield _prediction(outcome, outcome["name"], outcome["share"])
            if outcome.get("severe") is not None:
                yield _prediction(outcome, f"{outcome['name']}, grade 3 or worse", outcome["severe"])


def _prediction(outcome: Json, name: str, share: Json) -> Json:
    of_100 = float(share["of_100"])
    if not 0.0 <= of_100 <= _LARGEST:
        raise FhirError(f"expectation: {name} is {of_100:g} of 100 people; a share lies between 0 and 100")
    month = outcome.get("at_month")
    words = name.replace("_", " ") + ("" if month is None else f", at month {month:g}")
    return {"outcome": {"text": words}, "probabilityDecimal": round(of_100, 3), "rationale": _rationale(share)}


def _rationale(share: Json) -> str:
    low, high = share["chance95_of_100"]
    said = f"95 % interval of the simulation's chance alone: {low:.1f} to {high:.1f} of 100"
    plausible = share.get("plausible_of_100")
    if plausible is not None:
        said += f"; with how far model and trial may lie apart: {plausible[0]:.1f} to {plausible[1]:.1f} of 100"
    else:
        said += "; the trial told nothing to compare with"
    seen = share.get("in_trial")
    if seen is not None:
        said += f"; the trial saw {seen['of_100']:.1f} of 100 ({seen['role']}, {seen['source']}, {seen['read']})"
    return said
