"""What a model is: named states, parameters, inputs and outputs, and plain functions between them.

A `Part` is one part of the body, written once as plain Python arithmetic. A `Model` is parts put
together. Neither knows anything of time stepping; the engine, SymPy, SBML and the unit check all
call the same functions with numbers, symbols or quantities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

#: Values by name; a value is a float, a NumPy array, a symbol or a quantity.
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """One state variable.

    scale    size (in `unit`) below which its error is of no interest
    signed   it may be below zero; an amount may not, and a solve that ends there fails
    """

    name: str
    unit: str
    meaning: str
    scale: float
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the equations; `fact` names the evidence its typical value comes from."""

    name: str
    unit: str
    meaning: str
    fact: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named algebraic quantity that a part provides to other parts or to the reader."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the body.

    provides(values) -> quantities by name, from states, parameters, inputs and earlier quantities
    derivatives(values) -> d(state)/d(day) for each state, from all of these
    initial(values) -> state at day 0, from parameters alone
    """

    name: str
    source: str
    states: tuple[State, ...]
    parameters: tuple[Parameter, ...]
    inputs: tuple[Quantity, ...]
    needs: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    provides: Callable[[Values], dict[str, Any]]
    derivatives: Callable[[Values], dict[str, Any]]
    initial: Callable[[Values], dict[str, Any]]


@dataclass(frozen=True)
class Model:
    """Parts put together: the one thing the engine takes.

    Time is in days. Sequences are in the order of `states`, `parameters`, `inputs` and `outputs`.
    """

    name: str
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for part in self.parts:
            missing = [name for name in part.needs if name not in seen]
            if missing:
                raise ValueError(f"model '{self.name}': part '{part.name}' needs {missing} of an earlier part")
            names = [item.name for group in (part.states, part.inputs, part.quantities) for item in group]
            twice = seen.intersection(names)
            if twice:
                raise ValueError(f"model '{self.name}': part '{part.name}' defines {sorted(twice)} again")
            seen.update(names)

    @cached_property
    def state_table(self) -> tuple[State, ...]:
        """Every state variable with its unit, meaning and scale, in the order of the parts."""
        return tuple(state for part in self.parts for state in part.states)

    @cached_property
    def parameter_table(self) -> tuple[Parameter, ...]:
        """Every parameter once, with its unit, meaning and fact, in the order of first use.

        Raises ValueError when two parts describe the same parameter differently.
        """
        table: dict[str, Parameter] = {}
        for part in self.parts:
            for parameter in part.parameters:
                if table.setdefault(parameter.name, parameter) != parameter:
                    raise ValueError(f"model '{self.name}': two parts describe '{parameter.name}' differently")
        return tuple(table.values())

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Names of the state variables: the order of every sequence of states."""
        return tuple(state.name for state in self.state_table)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters: the order of every sequence of parameters."""
        return tuple(parameter.name for parameter in self.parameter_table)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, such as the rate of the infusion."""
        return tuple(item.name for part in self.parts for item in part.inputs)

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Names of the quantities that `observe` gives, in its order."""
        return tuple(item.name for part in self.parts for item in part.quantities)

    def parts_for(self, wanted: Sequence[str]) -> Model:
        """A model of the parts alone that states, inputs or quantities of these names need, in their order.

        Raises ValueError for a name that no part defines.
        """
        needed, found = set(wanted), list[Part]()
        for part in reversed(self.parts):
            own = {item.name for group in (part.states, part.inputs, part.quantities) for item in group}
            if needed & own:
                found.append(part)
                needed = (needed - own) | set(part.needs)
        if needed:
            raise ValueError(f"model '{self.name}': no part defines {sorted(needed)}")
        return Model(f"parts of {self.name}", tuple(reversed(found)))

    def quantities(self, values: Values) -> dict[str, Any]:
        """All values plus every quantity that the parts provide, in their order."""
        known = dict(values)
        for part in self.parts:
            known.update(part.provides(known))
        return known

    def _named(self, states: Sequence[Any], parameters: Sequence[Any], inputs: Sequence[Any]) -> dict[str, Any]:
        named = dict(zip(self.states, states, strict=True))
        named.update(zip(self.parameters, parameters, strict=True))
        named.update(zip(self.inputs, inputs, strict=True))
        return named

    def derivatives(self, states: Sequence[Any], parameters: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
        """d(state)/d(day), in the order of `states`."""
        known = self.quantities(self._named(states, parameters, inputs))
        slopes: dict[str, Any] = {}
        for part in self.parts:
            slopes.update(part.derivatives(known))
        return [slopes[name] for name in self.states]

    def observe(self, states: Sequence[Any], parameters: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
        """Every output quantity, in the order of `outputs`."""
        known = self.quantities(self._named(states, parameters, inputs))
        return [known[name] for name in self.outputs]

    def initial(self, parameters: Sequence[Any]) -> list[Any]:
        """The state at day 0, in the order of `states`."""
        known = dict(zip(self.parameters, parameters, strict=True))
        start: dict[str, Any] = {}
        for part in self.parts:
            start.update(part.initial(known))
        return [start[name] for name in self.states]
