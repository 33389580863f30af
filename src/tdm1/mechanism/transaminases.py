"""ALT and AST: indirect response, release from injured liver cells in proportion to the conjugate.

dE/dt = k_out * (Base + slope*C - E). What injured cells release adds to the baseline and does not depend
on it. The size of the effect is calibrated to EMILIA; the loss rate is a prior (Wang 2020). No published
T-DM1 model of transaminases could be read.
"""

from __future__ import annotations

from typing import Any

from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values


def _slope(v: Values, enzyme: str) -> Any:
    raised = v[f"{enzyme}_baseline"] + v[f"{enzyme}_slope"] * v["conjugate"]
    return v[f"{enzyme}_loss_rate"] * (raised - v[f"{enzyme}_plasma"])


TRANSAMINASES = Part(
    name="transaminases",
    source="wang2020",
    states=(
        State("alt_plasma", "U/L", "ALT in plasma", 1.0),
        State("ast_plasma", "U/L", "AST in plasma", 1.0),
    ),
    parameters=(
        Parameter("alt_baseline", "U/L", "ALT before treatment", "population.alt"),
        Parameter("alt_loss_rate", "1/day", "loss of ALT", "alt.loss_rate"),
        Parameter("alt_slope", "U/L/(ug/mL)", "effect on ALT", "alt.slope"),
        Parameter("ast_baseline", "U/L", "AST before treatment", "population.ast"),
        Parameter("ast_loss_rate", "1/day", "loss of AST", "ast.loss_rate"),
        Parameter("ast_slope", "U/L/(ug/mL)", "effect on AST", "ast.slope"),
    ),
    inputs=(),
    needs=("conjugate",),
    quantities=(Quantity("alt", "U/L", "ALT"), Quantity("ast", "U/L", "AST")),
    provides=lambda v: {"alt": v["alt_plasma"], "ast": v["ast_plasma"]},
    derivatives=lambda v: {"alt_plasma": _slope(v, "alt"), "ast_plasma": _slope(v, "ast")},
    initial=lambda v: {"alt_plasma": v["alt_baseline"], "ast_plasma": v["ast_baseline"]},
)
