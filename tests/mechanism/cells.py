"""Lesions and dishes for the tests: a plasma that is held constant, and books of what a lesion takes and loses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tdm1 import engine
from tdm1.evidence.drugs import drug
from tdm1.mechanism import Model, Parameter, Part, Quantity, State
from tdm1.mechanism.clones import CLONES, ZONES, Clone, Zone
from tdm1.mechanism.lesion import lesion
from tdm1.population.individual import typical

#: One clone in one zone: what the closed forms are about.
ALONE = ((Clone("high", "cell.receptors.high", None),), (Zone("well", "tumour.krogh_radius", None),))

CONSTANT_PLASMA = Part(
    name="constant_plasma",
    source="tdm1",
    states=(),
    parameters=(
        Parameter("plasma_antibody", "nM", "antibody in plasma, held constant", "dish.antibody_start"),
        Parameter("plasma_load", "1", "payloads on one antibody in plasma", "plasma.drug_antibody_ratio"),
    ),
    inputs=(),
    needs=(),
    quantities=(
        Quantity("antibody_nm", "nM", "antibody in plasma"),
        Quantity("payload_on_antibody_nm", "nM", "payload on antibody in plasma"),
    ),
    provides=lambda v: {
        "antibody_nm": 1.0 * v["plasma_antibody"],
        "payload_on_antibody_nm": v["plasma_antibody"] * v["plasma_load"],
    },
    derivatives=lambda v: {},
    initial=lambda v: {},
)

_FLOWS = ("tumour_antibody_uptake", "tumour_payload_uptake", "tumour_antibody_loss", "tumour_payload_loss")

BOOKS = Part(
    name="lesion_books",
    source="tdm1",
    states=tuple(State(f"sum_of_{name}", "nmol", f"{name} since day 0", 1e-3) for name in _FLOWS),
    parameters=(),
    inputs=(),
    needs=_FLOWS,
    quantities=(),
    provides=lambda v: {},
    derivatives=lambda v: {f"sum_of_{name}": v[name] for name in _FLOWS},
    initial=lambda v: {f"sum_of_{name}": 0.0 * v["plasma_load"] for name in _FLOWS},
)


def lesion_model(name: str, clones: tuple[Clone, ...] = CLONES, zones: tuple[Zone, ...] = ZONES) -> Model:
    """A lesion under a constant plasma, with books."""
    return Model(f"lesion_{name}", (CONSTANT_PLASMA, lesion(drug(name), clones, zones), BOOKS))


def parameters_of(model: Model, other: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Typical parameters of a lesion of 2.4 cm**3, or others."""
    return {**typical(model), "lesions": 1.0, "lesion_volume_start": 2.43, **(other or {})}


def run(model: Model, days: float, other: Mapping[str, Any] | None = None, **options: Any) -> dict[str, np.ndarray]:
    """States and quantities after some days without input; parameters in `other` may be arrays of one length."""
    values = parameters_of(model, other)
    table = np.column_stack(np.broadcast_arrays(*(np.atleast_1d(values[name]) for name in model.parameters)))
    table = np.ascontiguousarray(table, float)
    states = np.column_stack(model.initial(list(table.T)))
    kernel = engine.compile(model)
    nothing = np.zeros((len(states), 0))
    moved = kernel.advance(states, table, nothing, 0.0, days, **options)
    assert not moved.status.any()
    outputs = kernel.observe(moved.states, table, nothing)
    return {
        **dict(zip(model.outputs, outputs.T, strict=True)), **dict(zip(model.states, moved.states.T, strict=True))
    }
