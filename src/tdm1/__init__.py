"""tdm1: the treatment with ado-trastuzumab emtansine (T-DM1), made executable. Research software, not a medical device.

    tdm1.simulate(cycles=2, observe=("conjugate", "platelets"))   a regimen: median and band
    tdm1.run_trial(tdm1.load_trial("emilia"))                     a virtual trial, compared with the published one
    tdm1.fact("plasma.clearance")                                 a number with its source

More lives in the packages, from the bottom up: evidence, mechanism, engine, safety and regimen, population and
eligibility, trial, report. Nothing heavy is loaded before it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tdm1.evidence import fact
    from tdm1.trial import load as load_trial
    from tdm1.trial import run as run_trial
    from tdm1.trial import simulate

__version__ = "0.1.0"

__all__ = ["__version__", "fact", "load_trial", "run_trial", "simulate"]

#: Where the public names live.
_HOME = {
    "fact": ("tdm1.evidence", "fact"),
    "load_trial": ("tdm1.trial", "load"),
    "run_trial": ("tdm1.trial", "run"),
    "simulate": ("tdm1.trial", "simulate"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tdm1' has no attribute '{name}'; it has {', '.join(__all__)} and its packages")
    module, attribute = _HOME[name]
    return getattr(import_module(module), attribute)
