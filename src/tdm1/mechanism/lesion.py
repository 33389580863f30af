"""Heterogeneous tumour: clones that differ in HER2, in zones that differ in supply, with what cells do from cell.py.

One lesion stands for the patient's `lesions` like ones. Every zone has its own capillaries and space between the
cells, in which antibody, the payload on it and free payload stand; they reach the cells of that zone alone. All
concentrations are per volume of living tumour: growth dilutes them, and a dying cell takes its share with it. Growth
and killing are kept as logarithms of multiples, so that a group of cells never vanishes or turns negative. HER2 shed
into the space holds antibody off the cells, at equilibrium. Free payload leaves to plasma; what comes back from
plasma is left out. Sources: exchange and growth Shah 2012; cells as in cell.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tdm1 import evidence
from tdm1.evidence.drugs import Drug
from tdm1.mechanism import cell
from tdm1.mechanism._model import Parameter, Part, Quantity, State, Values
from tdm1.mechanism.arithmetic import exp, power
from tdm1.mechanism.clones import CLONES, ZONES, Clone, Zone
from tdm1.mechanism.tumour import unbound_payload

LITRE_PER_CM3 = 1e-3
#: Sharpness of the change from exponential to linear growth: an integer, part of the structure.
_SWITCH = int(evidence.value("tumour.growth_switch", "1"))


def _total(values: Sequence[Any]) -> Any:
    found = values[0]
    for value in values[1:]:
        found = found + value
    return found


@dataclass(frozen=True)
class _Lesion:
    """The equations of one choice of clones and zones."""

    clones: tuple[Clone, ...]
    zones: tuple[Zone, ...]

    def group(self, clone: Clone, zone: Zone) -> str:
        return f"{clone.name}_{zone.name}"

    def share(self, v: Values, of: Clone | Zone) -> Any:
        """Share of the cells at the start; that of the one without a fact is what the others leave."""
        if of.share is not None:
            return v[f"share_{of.name}"]
        others: Sequence[Clone | Zone] = self.clones if isinstance(of, Clone) else self.zones
        return 1.0 - _total([0.0, *(v[f"share_{other.name}"] for other in others if other.share is not None)])

    def volumes(self, v: Values) -> dict[str, Any]:
        """Living volume (cm**3) of every group."""
        return {
            self.group(clone, zone): v["lesion_volume_start"] * self.share(v, clone) * self.share(v, zone)
            * exp(v["grown"] - v[f"killed_{self.group(clone, zone)}"])
            for clone in self.clones for zone in self.zones
        }

    def receptors(self, v: Values, clone: Clone) -> Any:
        if clone.receptors is None:
            return None
        return cell.receptor_concentration(v[f"receptors_{clone.name}"], v["cell_volume"], v["avogadro"])

    def free_share(self, v: Values, zone: Zone) -> Any:
        """Share of the antibody in the space that is not on shed HER2."""
        constant = v["her2_dissociation"] / v["her2_association"]
        antibody = v[f"antibody_{zone.name}"]
        free = unbound_payload(antibody, v["shed_her2"], constant)
        return constant / (constant + v["shed_her2"] - antibody + free)

    def growth(self, v: Values, volume: Any) -> Any:
        exponential = math.log(2.0) / v["doubling_time"]
        switch = power(1.0 + (exponential * volume / v["linear_growth"]) ** _SWITCH, -1.0 / _SWITCH)
        return exponential * switch * (1.0 - volume / v["maximum_volume"])

    def exchange(self, v: Values, zone: Zone, volume: Any, kind: str) -> Any:
        """Rate of exchange with plasma (1/day): capillaries of the zone, and the surface of the lesion."""
        radius_squared = power(3.0 / (4.0 * math.pi) * (volume + v["smallest_volume"]), 2.0 / 3.0)
        krogh = v[f"krogh_radius_{zone.name}"]
        vascular = 2.0 * v[f"{kind}permeability"] * v["capillary_radius"] / (krogh * krogh)
        return (vascular + 6.0 * v[f"{kind}diffusivity"] / radius_squared) * v[f"{kind}void_fraction"]

    def provides(self, v: Values) -> dict[str, Any]:
        volumes = self.volumes(v)
        living = _total(list(volumes.values()))
        volume = living + v["dying_1"] + v["dying_2"] + v["dying_3"]
        found: dict[str, Any] = {
            "lesion_volume": volume, "living_volume": living, "lesion_growth": self.growth(v, volume)
        }
        for name, size in volumes.items():
            found[f"living_{name}"] = size
            found[f"unbound_{name}"] = cell.unbound(v, name)
            found[f"kill_{name}"] = cell.killing(v, found[f"unbound_{name}"])
        found["lesion_killed"] = _total([found[f"kill_{name}"] * size for name, size in volumes.items()])
        return found | self.account(v, found, volumes)

    def held(self, v: Values, clone: Clone, zone: Zone) -> tuple[Any, Any]:
        """Antibody, and payload of any form, at a group of cells (nM), its share of the space between included."""
        name, her2 = self.group(clone, zone), clone.receptors is not None
        antibody, space = v[f"antibody_{zone.name}"], v[f"carried_{zone.name}"] + v[f"space_payload_{zone.name}"]
        inside = cell.antibody_in(v, name) if her2 else 0.0 * antibody
        return antibody + inside, space + cell.payload_in(v, name, her2)

    def account(self, v: Values, found: Values, volumes: Values) -> dict[str, Any]:
        """Drug that enters, leaves and sits in all lesions together (nmol and nmol/day)."""
        antibody_in: list[Any] = []
        payload_in: list[Any] = []
        antibody_out: list[Any] = []
        payload_out: list[Any] = []
        antibody: list[Any] = []
        payload: list[Any] = []
        degrade = math.log(2.0) / v["degradation_half_life"]
        for zone in self.zones:
            size = _total([volumes[self.group(clone, zone)] for clone in self.clones])
            rate = self.exchange(v, zone, found["lesion_volume"], "")
            antibody_in.append(size * rate * (v["antibody_nm"] - v[f"antibody_{zone.name}"]))
            payload_in.append(size * rate * (v["payload_on_antibody_nm"] - v[f"carried_{zone.name}"]))
            away = self.exchange(v, zone, found["lesion_volume"], "payload_")
            payload_out.append(size * away * v[f"space_payload_{zone.name}"])
            for clone in self.clones:
                name = self.group(clone, zone)
                held = self.held(v, clone, zone)
                antibody.append(volumes[name] * held[0])
                payload.append(volumes[name] * held[1])
                antibody_out.append(found[f"kill_{name}"] * antibody[-1])
                payload_out.append(found[f"kill_{name}"] * payload[-1])
                if clone.receptors is not None:
                    antibody_out.append(degrade * v[f"internal_{name}"] * volumes[name])
        litres = v["lesions"] * LITRE_PER_CM3
        sums = {
            "tumour_antibody_uptake": antibody_in, "tumour_payload_uptake": payload_in,
            "tumour_antibody_loss": antibody_out, "tumour_payload_loss": payload_out,
            "tumour_antibody": antibody, "tumour_payload": payload,
        }
        return {name: litres * _total(items) for name, items in sums.items()}

    def derivatives(self, v: Values) -> dict[str, Any]:
        volumes, growth = self.volumes(v), v["lesion_growth"]
        slopes: dict[str, Any] = {"grown": growth}
        for zone in self.zones:
            size = _total([volumes[self.group(clone, zone)] for clone in self.clones])
            antibody, carried = v[f"antibody_{zone.name}"], v[f"carried_{zone.name}"]
            payload, free = v[f"space_payload_{zone.name}"], self.free_share(v, zone)
            rate = self.exchange(v, zone, v["lesion_volume"], "")
            lost = v["interstitial_release"] * carried
            antibody_slope = rate * (v["antibody_nm"] - antibody) - growth * antibody
            carried_slope = rate * (v["payload_on_antibody_nm"] - carried) - lost - growth * carried
            away = self.exchange(v, zone, v["lesion_volume"], "payload_")
            payload_slope = lost - (away + growth) * payload
            for clone in self.clones:
                name = self.group(clone, zone)
                part = volumes[name] / size
                flows = cell.traffic(v, name, self.receptors(v, clone), free * antibody, free * carried, payload)
                antibody_slope = antibody_slope - part * flows.antibody
                carried_slope = carried_slope - part * flows.carried
                payload_slope = payload_slope + part * (flows.freed + flows.escaped)
                slopes |= {state: slope - growth * v[state] for state, slope in flows.slopes.items()}
                slopes[f"killed_{name}"] = v[f"kill_{name}"]
            slopes[f"antibody_{zone.name}"] = antibody_slope
            slopes[f"carried_{zone.name}"] = carried_slope
            slopes[f"space_payload_{zone.name}"] = payload_slope
        return slopes | {
            "dying_1": v["lesion_killed"] - v["dying_1"] / v["dying_time"],
            "dying_2": (v["dying_1"] - v["dying_2"]) / v["dying_time"],
            "dying_3": (v["dying_2"] - v["dying_3"]) / v["dying_time"],
        }

    def states(self) -> tuple[State, ...]:
        found: list[State] = []
        for zone in self.zones:
            where = f"the space between the cells, zone {zone.name}"
            found.append(State(f"antibody_{zone.name}", "nM", f"antibody in {where}", 1e-3))
            found.append(State(f"carried_{zone.name}", "nM", f"payload on antibody in {where}", 1e-3))
            found.append(State(f"space_payload_{zone.name}", "nM", f"free payload in {where}", 1e-3))
            for clone in self.clones:
                name = self.group(clone, zone)
                cells = f"cells of clone {clone.name}, zone {zone.name}"
                found += cell.states(name, cells, clone.receptors is not None)
                found.append(State(f"killed_{name}", "1", f"killing since day 0 of {cells}, as a logarithm", 1.0))
        found.append(State("grown", "1", "growth since day 0, logarithm of the multiple", 1.0, signed=True))
        stages = ("first", "second", "third")
        found += [
            State(f"dying_{n}", "cm**3", f"dying cells, {stage} stage", 1e-3) for n, stage in enumerate(stages, 1)
        ]
        return tuple(found)

    def initial(self, v: Values) -> dict[str, Any]:
        none = 0.0 * v["lesion_volume_start"]
        # Each state at nothing has its own unit; a number without one starts them all.
        return {state.name: none if state.unit == "cm**3" else 0.0 * v["lesions"] for state in self.states()}

    def parameters(self, drug: Drug) -> tuple[Parameter, ...]:
        found = [
            Parameter("lesions", "1", "number of lesions like the one described", "population.target_lesions"),
            Parameter("lesion_volume_start", "cm**3", "volume of the lesion at day 0", "population.sum_of_diameters"),
            Parameter("capillary_radius", "um", "capillary radius", "tumour.capillary_radius"),
            Parameter("smallest_volume", "cm**3", "floor of the volume for surface exchange", "tumour.smallest_volume"),
            Parameter("cell_volume", "L", "volume of a cell", "cell.volume"),
            Parameter("avogadro", "1/nmol", "molecules in one nanomole", "physics.avogadro"),
            Parameter("shed_her2", "nM", "HER2 shed into the space between the cells", "lesion.shed_her2"),
            Parameter("doubling_time", "day", "doubling time", "tumour.doubling_time"),
            Parameter("linear_growth", "cm**3/day", "linear growth", "tumour.linear_growth"),
            Parameter("maximum_volume", "cm**3", "largest lesion", "tumour.maximum_volume"),
            Parameter("dying_time", "day", "time in each stage of dying", "tumour.dying_time"),
            *cell.parameters(drug),
        ]
        transport = (("permeability", "um/day"), ("diffusivity", "cm**2/day"), ("void_fraction", "1"))
        for kind, what in (("", "antibody"), ("payload_", "free payload")):
            found += [
                Parameter(f"{kind}{name}", unit, f"{name.replace('_', ' ')} of {what}", drug.roles[f"{kind}{name}"])
                for name, unit in transport
            ]
        for zone in self.zones:
            name = f"krogh_radius_{zone.name}"
            found.append(Parameter(name, "um", f"Krogh radius of zone {zone.name}", zone.krogh_radius))
        for clone in self.clones:
            if clone.receptors is not None:
                name = f"receptors_{clone.name}"
                found.append(Parameter(name, "1", f"HER2 on a cell of clone {clone.name}", clone.receptors))
        for of in (*self.clones, *self.zones):
            if of.share is not None:
                found.append(Parameter(f"share_{of.name}", "1", f"share of {of.name} at day 0", of.share))
        return tuple(found)

    def quantities(self) -> tuple[Quantity, ...]:
        found = [
            Quantity("lesion_volume", "cm**3", "volume of one lesion, dying cells included"),
            Quantity("living_volume", "cm**3", "living cells of one lesion"),
            Quantity("lesion_growth", "1/day", "growth rate of living cells"),
            Quantity("lesion_killed", "cm**3/day", "living cells that start to die"),
        ]
        for clone in self.clones:
            for zone in self.zones:
                name, cells = self.group(clone, zone), f"cells of clone {clone.name}, zone {zone.name}"
                found.append(Quantity(f"living_{name}", "cm**3", f"living {cells} of one lesion"))
                found.append(Quantity(f"unbound_{name}", "nM", f"unbound payload in {cells}"))
                found.append(Quantity(f"kill_{name}", "1/day", f"killing of {cells}"))
        return (
            *found,
            Quantity("tumour_antibody_uptake", "nmol/day", "antibody that all lesions take from plasma, net"),
            Quantity("tumour_payload_uptake", "nmol/day", "payload on antibody that all lesions take from plasma, net"),
            Quantity("tumour_antibody_loss", "nmol/day", "antibody degraded in or lost with tumour cells"),
            Quantity("tumour_payload_loss", "nmol/day", "payload that leaves all lesions in any form"),
            Quantity("tumour_antibody", "nmol", "antibody in all lesions"),
            Quantity("tumour_payload", "nmol", "payload in all lesions in any form"),
        )


def lesion(drug: Drug, clones: Sequence[Clone] = CLONES, zones: Sequence[Zone] = ZONES) -> Part:
    """The tumour under a drug, for a choice of clones and zones; every clone stands in every zone.

    Needs `antibody_nm` and `payload_on_antibody_nm` of a plasma part. At most one clone and one zone may leave their
    share out: it is the rest. Raises ValueError for more than one, none, or a name that stands twice.
    """
    for what, items in (("clone", clones), ("zone", zones)):
        if sum(item.share is None for item in items) != 1:
            raise ValueError(f"lesion: exactly one {what} has no share of its own (it is the rest); mark one so")
        if len({item.name for item in items}) != len(items):
            raise ValueError(f"lesion: two of the {what}s have the same name; give each its own")
    of = _Lesion(tuple(clones), tuple(zones))
    return Part(
        name="lesion",
        source="shah2012",
        states=of.states(),
        parameters=of.parameters(drug),
        inputs=(),
        needs=("antibody_nm", "payload_on_antibody_nm"),
        quantities=of.quantities(),
        provides=of.provides,
        derivatives=of.derivatives,
        initial=of.initial,
    )
