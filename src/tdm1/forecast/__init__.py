"""Floor 7: what to expect, for a person like this one, and what would change if the treatment did.

from tdm1 import forecast

found = forecast.expect("metastatic", {"age_year": 61, "weight_kg": 72, "platelets_1e9_per_l": 180})
what_if = forecast.explore(forecast.Settings(dose_mg_per_kg=3.0))
"""

from tdm1.forecast._errors import ForecastError
from tdm1.forecast._expect import expect
from tdm1.forecast._explore import explore, warm
from tdm1.forecast.expectation import Expectation, Median, Outcome, Spread
from tdm1.forecast.explored import Band, Explored
from tdm1.forecast.settings import Settings, bounds
from tdm1.forecast.shares import InTrial, Share
from tdm1.forecast.timeline import Timeline

__all__ = [
    "Band", "Expectation", "Explored", "ForecastError", "InTrial", "Median", "Outcome", "Settings", "Share", "Spread",
    "Timeline", "bounds", "expect", "explore", "warm",
]
