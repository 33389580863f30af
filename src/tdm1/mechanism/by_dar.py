"""Plasma by load: one antibody species for each number of payloads on it (the drug-to-antibody ratio, DAR).

Species n loses one payload at its own rate and becomes species n - 1; all distribute and are removed alike, by
proteolysis and, in the human models, by HER2 outside the tumour (mechanism/targets.py). Nothing but the facts
tells rat, monkey and human, or one drug and another, apart. Trastuzumab given as such is species 0.
Source: Bender 2014 (structure, rat and monkey); human rates are calibrated, see docs/drugs.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# As a module, so that its constants are looked up where they stand.
from tdm1.mechanism import plasma
from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values
from tdm1.mechanism.targets import target_clearance


def species(n: int) -> str:
    """Name of the central state of the antibody with n payloads."""
    return f"antibody_{n}"


def peripheral(n: int, place: str = "") -> str:
    """Name of the peripheral state of the antibody with n payloads; `place` is _1 or _2 where there are two."""
    return f"antibody_{n}_peripheral{place}"


def _sum(values: list[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _loads(v: Values, highest: int) -> dict[str, Any]:
    """Molar concentrations (nM) in plasma: antibody by load, all, loaded, and the payload on it."""
    each = [v[species(n)] / v["central_volume"] for n in range(highest + 1)]
    return {
        "each": each,
        "naked_nm": each[0],
        "conjugate_nm": _sum(each[1:]),
        "antibody_nm": _sum(each),
        "payload_on_antibody_nm": _sum([float(n) * each[n] for n in range(1, highest + 1)]),
    }


def _provides(highest: int, targets: bool) -> Any:
    def provides(v: Values) -> dict[str, Any]:
        at = _loads(v, highest)
        to_ug_per_ml = v["molar_mass"] * plasma.UG_PER_ML_PER_NM_AT_1_G_PER_MOL
        found = {
            **{name: at[name] for name in ("conjugate_nm", "naked_nm", "antibody_nm", "payload_on_antibody_nm")},
            "conjugate": at["conjugate_nm"] * to_ug_per_ml,
            "total_antibody": at["antibody_nm"] * to_ug_per_ml,
            "mean_dar": at["payload_on_antibody_nm"] / (at["antibody_nm"] + v["smallest_antibody"]),
            "payload_released": _sum([v[f"release_rate_{n}"] * v[species(n)] for n in range(1, highest + 1)]),
            "antibody_proteolysis": v["proteolytic_clearance"] * at["antibody_nm"],
            "payload_proteolysis": v["proteolytic_clearance"] * at["payload_on_antibody_nm"],
        }
        if targets:
            found["target_clearance"] = target_clearance(
                at["antibody_nm"],
                v["target_capacity"] * plasma.NMOL_PER_MG_AT_1_G_PER_MOL / v["molar_mass"],
                v["target_constant"] / to_ug_per_ml,
            )
            found["target_uptake"] = found["target_clearance"] * at["antibody_nm"]
            found["payload_target_uptake"] = found["target_clearance"] * at["payload_on_antibody_nm"]
        return found

    return provides


def _derivatives(highest: int, places: Mapping[str, tuple[str, str]], targets: bool) -> Any:
    def derivatives(v: Values) -> dict[str, Any]:
        nmol_per_mg = plasma.NMOL_PER_MG_AT_1_G_PER_MOL / v["molar_mass"]
        clearance = v["proteolytic_clearance"] + v["target_clearance"] if targets else v["proteolytic_clearance"]
        slopes: dict[str, Any] = {}
        for n in range(highest + 1):
            amount = v[species(n)]
            slope = v["infusion"] * nmol_per_mg * v[f"dar_share_{n}"] - clearance / v["central_volume"] * amount
            if n == 0:
                slope = slope + v["trastuzumab_infusion"] * nmol_per_mg
            else:
                slope = slope - v[f"release_rate_{n}"] * amount
            if n < highest:
                slope = slope + v[f"release_rate_{n + 1}"] * v[species(n + 1)]
            for place, (flow, volume) in places.items():
                there = v[peripheral(n, place)]
                exchange = v[flow] / v["central_volume"] * amount - v[flow] / v[volume] * there
                slope = slope - exchange
                slopes[peripheral(n, place)] = exchange
            slopes[species(n)] = slope
        slopes["conjugate_auc"] = v["conjugate"]
        return slopes

    return derivatives


def _initial(highest: int, places: Mapping[str, tuple[str, str]]) -> Any:
    def initial(v: Values) -> dict[str, Any]:
        start_nm = v["baseline_trastuzumab"] / (v["molar_mass"] * plasma.UG_PER_ML_PER_NM_AT_1_G_PER_MOL)
        none = 0.0 * start_nm
        start: dict[str, Any] = {"conjugate_auc": none}
        for n in range(highest + 1):
            start[species(n)] = start_nm * v["central_volume"] if n == 0 else none
            for place, (_, volume) in places.items():
                # Trastuzumab left from weeks ago has had time to distribute.
                start[peripheral(n, place)] = start_nm * v[volume] if n == 0 else none
        return start

    return initial


def _states(highest: int, places: Mapping[str, tuple[str, str]], scale: float) -> tuple[State, ...]:
    found: list[State] = []
    for n in range(highest + 1):
        what = f"antibody with {n} payloads" if n != 1 else "antibody with 1 payload"
        found.append(State(species(n), "nmol", f"{what}, central", scale))
    for n in range(highest + 1):
        for place in places:
            found.append(State(peripheral(n, place), "nmol", f"load {n}, peripheral{place.replace('_', ' ')}", scale))
    found.append(State("conjugate_auc", "ug*day/mL", "area under the conjugate concentration since day 0", 1.0))
    return tuple(found)


def _parameters(
    facts: Mapping[str, str], highest: int, places: Mapping[str, tuple[str, str]], targets: bool
) -> tuple[Parameter, ...]:
    volumes = {"central_volume": "central volume"}
    for place, (flow, volume) in places.items():
        volumes[flow] = f"distribution clearance{place.replace('_', ' ')}"
        volumes[volume] = f"peripheral volume{place.replace('_', ' ')}"
    shares = [(f"dar_share_{n}", "1", f"share of the antibody given with load {n}") for n in range(highest + 1)]
    rates = [(f"release_rate_{n}", "1/day", f"loss of one payload at load {n}") for n in range(1, highest + 1)]
    rows = [
        *shares,
        *rates,
        ("proteolytic_clearance", "L/day", "clearance of antibody by proteolysis"),
        *((name, "L/day" if "clearance" in name else "L", meaning) for name, meaning in volumes.items()),
        ("molar_mass", "g/mol", "molar mass of the antibody"),
        ("smallest_antibody", "nM", "antibody far below which the mean load is given as 0"),
    ]
    if targets:
        rows.append(("target_capacity", "mg/day", "largest uptake by HER2 outside the tumour"))
        rows.append(("target_constant", "ug/mL", "antibody at half of that uptake"))
    rows.append(("baseline_trastuzumab", "ug/mL", "trastuzumab left from earlier treatment"))
    return tuple(Parameter(name, unit, meaning, facts[name]) for name, unit, meaning in rows)


def _quantities(targets: bool) -> tuple[Quantity, ...]:
    found = [
        Quantity("conjugate_nm", "nM", "antibody with payload in plasma, molar"),
        Quantity("naked_nm", "nM", "antibody without payload in plasma, molar"),
        Quantity("antibody_nm", "nM", "antibody with or without payload in plasma, molar"),
        Quantity("payload_on_antibody_nm", "nM", "payload on antibody in plasma, molar"),
        Quantity("conjugate", "ug/mL", "conjugate concentration in plasma"),
        Quantity("total_antibody", "ug/mL", "antibody with or without payload in plasma"),
        Quantity("mean_dar", "1", "mean number of payloads on one antibody in plasma"),
        Quantity("payload_released", "nmol/day", "payload that the linker loses in plasma"),
        Quantity("antibody_proteolysis", "nmol/day", "antibody removed by proteolysis, the tumour's uptake included"),
        Quantity("payload_proteolysis", "nmol/day", "payload on antibody that is removed by proteolysis"),
    ]
    if targets:
        found += [
            Quantity("target_clearance", "L/day", "clearance by HER2 outside the tumour"),
            Quantity("target_uptake", "nmol/day", "antibody taken up by HER2 outside the tumour"),
            Quantity("payload_target_uptake", "nmol/day", "payload on antibody taken up there"),
        ]
    return tuple(found)


def plasma_by_dar(
    facts: Mapping[str, str],
    *,
    source: str,
    highest: int,
    places: Mapping[str, tuple[str, str]] | None = None,
    targets: bool = True,
    scale: float = 1.0,
) -> Part:
    """The plasma of one drug in one species of animal.

    facts     the fact behind each parameter of this part (a drug's roles, or an animal's own facts)
    source    key of the paper behind the kinetics
    highest   highest load that is followed; loads 0 to `highest`
    places    suffix of each peripheral compartment, with the parameters of its flow and volume; one if None
    targets   whether HER2 outside the tumour takes up antibody
    scale     size of an amount (nmol) below which its error is of no interest

    Raises KeyError when `facts` lacks a parameter.
    """
    places = {"": ("intercompartmental_clearance", "peripheral_volume")} if places is None else places
    return Part(
        name="plasma_by_dar",
        source=source,
        states=_states(highest, places, scale),
        parameters=_parameters(facts, highest, places, targets),
        inputs=(
            Quantity("infusion", "mg/day", "rate of the drug's infusion"),
            Quantity("trastuzumab_infusion", "mg/day", "rate of the trastuzumab infusion"),
        ),
        needs=(),
        quantities=_quantities(targets),
        provides=_provides(highest, targets),
        derivatives=_derivatives(highest, places, targets),
        initial=_initial(highest, places),
    )
