"""One block of patients in one phase: its arrays, its variables, and what may happen to a lane.

The step loop (`_stepper`) is written with these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tdm1.engine._control import BOOLEAN, BOOLEANS, DOUBLE, DOUBLES, INTEGER, INTEGERS, Control, Value
from tdm1.engine._status import Status


@dataclass(frozen=True)
class Sizes:
    """Rows of a block's arrays."""

    states: int
    parameters: int
    inputs: int
    derived: int
    work: int


#: What `run` is given: arrays of blocks (see `run_function`), and whole numbers.
ARRAYS = ("states", "parameters", "inputs", "days", "status", "steps", "rejected", "kept", "tolerance", "memory")
NUMBERS = ("first", "last", "blocks", "phases", "most_steps")


class Memory:
    """Where a thread keeps what one block needs, in rows of LANES doubles from %memory."""

    def __init__(self, sizes: Sizes) -> None:
        rows = {
            "a": sizes.states, "b": sizes.states, "slopes": sizes.states, "new_slopes": sizes.states,
            "parameters": sizes.parameters, "inputs": sizes.inputs, "derived": sizes.derived, "h": 1, "error": 1,
            "work": sizes.work,
        }  # fmt: skip
        self.start: dict[str, int] = {}
        self.size = 0
        for name, count in rows.items():
            self.start[name] = self.size
            self.size += count


class Block:
    """One block in one phase: the code that is being written, its arrays and its variables."""

    def __init__(self, sizes: Sizes) -> None:
        self.code = code = Control("run", ARRAYS, NUMBERS)
        self.sizes = sizes
        self.at = {name: code.row("%memory", start) for name, start in Memory(sizes).start.items()}
        self.live = code.variable(BOOLEANS, 0)
        self.days = code.variable(DOUBLES, 0.0)
        self.status = code.variable(INTEGERS, 0)
        self.steps = code.variable(INTEGERS, 0)
        self.rejected = code.variable(INTEGERS, 0)
        self.h = code.variable(DOUBLE, 0.0)
        self.done = code.variable(DOUBLE, 0.0)
        self.tried, self.accepted, self.refused = (code.variable(INTEGER, 0) for _ in range(3))
        self.going, self.fill = code.variable(BOOLEAN, 1), code.variable(BOOLEAN, 1)
        #: The working states and the place for the next ones change roles with every accepted step.
        self.state = code.variable("ptr", Value(code, self.at["a"], "ptr"))
        self.new_state = code.variable("ptr", Value(code, self.at["b"], "ptr"))

    def select(self, number: Value, phase: Value) -> None:
        """Point to the arrays of a block in a phase and set all variables anew."""
        code, sizes = self.code, self.sizes
        turn = phase * code.argument("blocks") + number
        self.own = {
            "states": code.row("%states", number * sizes.states),
            "parameters": code.row("%parameters", number * sizes.parameters),
            "inputs": code.row("%inputs", turn * sizes.inputs),
            "days": code.row("%days", turn),
            "kept": code.row("%kept", turn * sizes.states),
        }
        self.own |= {name: code.row(f"%{name}", number) for name in ("status", "steps", "rejected")}
        self.days.set(code.load(self.own["days"]))
        for name in ("status", "steps", "rejected"):
            getattr(self, name).set(code.load(self.own[name], kind=INTEGERS))
        self.done.set(0.0)
        for number_of in (self.tried, self.accepted, self.refused):
            number_of.set(0)
        self.going.set(1)
        self.fill.set(1)
        self.state.set(Value(code, self.at["a"], "ptr"))
        self.new_state.set(Value(code, self.at["b"], "ptr"))

    def sum_over_states(self, term: Callable[[Value], Value]) -> Value:
        """Sum of `term(i)` by lane."""
        total = self.code.variable(DOUBLES, 0.0)
        with self.code.rows(0, self.sizes.states) as i:
            total.set(total.get() + term(i))
        return total.get()

    def size(self, values: Callable[[Value], Value]) -> Value:
        """Root mean square of `values(i)` in units of the tolerance at the working states, by lane."""
        code = self.code
        state, relative = self.state.get().name, code.spread(code.load_number("%tolerance", 0))

        def term(i: Value) -> Value:
            absolute = code.spread(code.load_number("%tolerance", i + 1))
            ratio = values(i) / (absolute + relative * code.absolute(code.load(state, i)))
            return ratio * ratio

        return code.sqrt(self.sum_over_states(term) * (1.0 / self.sizes.states))

    def drop(self, lanes: Value, reason: Value | Status, keep: bool) -> None:
        """End some lanes with a status. With `keep` their working states are the last good ones."""
        code = self.code
        self.status.set(code.where(lanes, reason if isinstance(reason, Value) else int(reason), self.status.get()))
        self.count(lanes)
        self.live.set(self.live.get() & ~lanes)
        if keep:
            self.save(lanes)

    def count(self, lanes: Value) -> None:
        """Add the block's steps of this phase to the lanes' own."""
        for own, number in ((self.steps, self.accepted), (self.rejected, self.refused)):
            own.set(self.code.where(lanes, self.code.spread(number.get()), self.code.constant(INTEGERS, 0)) + own.get())

    def save(self, lanes: Value) -> None:
        """Copy the working states of some lanes to the block's own states."""
        code, state = self.code, self.state.get().name
        with code.rows(0, self.sizes.states) as i:
            kept = code.load(self.own["states"], i)
            code.store(code.where(lanes, code.load(state, i), kept), self.own["states"], i)
