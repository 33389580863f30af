"""Floor 5: virtual people, their covariates and their random streams.

from tdm1 import eligibility, population

people = population.sample(population.load("emilia"), seed=1, first=0, count=991, screen=eligibility.screen("emilia"))
"""

from tdm1.population import streams
from tdm1.population._copula import Correlation
from tdm1.population.baseline import BaselineSpec, PopulationError, builtin, load
from tdm1.population.distributions import (
    Categorical,
    Constant,
    Distribution,
    FromFact,
    LogitNormal,
    LogNormal,
    Normal,
    Quantiles,
    YesNo,
)
from tdm1.population.sampling import Screen, frame, sample
from tdm1.population.variables import VARIABLES, Variable

__all__ = [
    "VARIABLES", "BaselineSpec", "Categorical", "Constant", "Correlation", "Distribution", "FromFact", "LogNormal",
    "LogitNormal", "Normal", "PopulationError", "Quantiles", "Screen", "Variable", "YesNo", "builtin", "frame", "load",
    "sample", "streams",
]
