"""The step loop: blocks of patients, each through one phase, written as LLVM beside the model's own functions.

All lanes of a block share the accepted steps in scaled time 0 .. 1; a lane's own step is that times its
own phase length. The worst lane's error decides (root mean square over states). The controller is the
elementary one with order 5: h <- h * min(8, max(0.2, 0.93 error^(-1/5))), and the last two steps of a
phase are made equal. The first step comes from the block's own data (`_first_step`).

A lane whose integration fails is given a status and keeps its last good state. It, and a lane that has nothing
to integrate, is filled with a copy of a healthy lane, so that the others go on (`_fill`).

References: Hairer, Norsett, Wanner, "Solving ODEs I" (2nd ed. 1993), II.4; Hairer and Wanner, II, IV.7-8.
"""

from __future__ import annotations

import math

from tdm1.engine._control import BOOLEANS, DOUBLES, INTEGERS, Control, Value, Variable
from tdm1.engine._phase import Block, Sizes
from tdm1.engine._rodas5p import ORDER
from tdm1.engine._status import Status

#: A state beyond this, at the start or the end of a phase, is a failure though it is still a number.
LARGEST_STATE = 1e100
#: Below zero by this share of a state's scale, and of the size it had, is rounding.
ROUNDING = 1e-3
#: Shortest step tried, as a share of the phase.
SMALLEST_STEP = 1e-13
_EXPONENT = -1.0 / ORDER
#: After a refusal the order seen is lower than the method's: the step lies in a fast transient.
_RETRY = -1.0 / 3.0
#: Share of the first step's estimate that is tried; 0.3 to 0.4 gave the fewest steps on the shipped models.
_FIRST = 0.4
_SAFETY, _SHRINK, _GROW = 0.93, 0.2, 8.0


def run_function(sizes: Sizes) -> str:
    """run(states, …): blocks first .. last - 1 of `blocks`, each through all phases in turn.

    All arrays are blocks of rows of LANES numbers. `inputs`, `days` (a phase's length) and `kept` (the states at a
    phase's end, a result) have one such array a phase. `status`, `steps` and `rejected` are 64-bit whole numbers.
    `tolerance` is plain doubles: relative, absolute by state, and by state the least value that is not a failure,
    for a state that began at zero. Lanes with 0 days or with a status stay as they are. Changes states and status,
    and adds to steps and rejected.
    """
    block = Block(sizes)
    code = block.code
    with (
        code.rows(code.argument("first"), code.argument("last")) as number,
        code.rows(0, code.argument("phases")) as phase,
    ):
        block.select(number, phase)
        _begin(block)
        with code.forever() as leave:
            leave(~code.any(block.live.get()))
            with code.when(block.fill.get()):
                _fill(block)
                _first_step(block)
                block.fill.set(0)
            _try_step(block)
            leave(~block.going.get())
        _drop_out_of_range(block)
        _drop_negative(block)
        block.count(block.live.get())
        block.save(block.live.get())
        for name in ("status", "steps", "rejected"):
            variable: Variable = getattr(block, name)
            code.store(variable.get(), block.own[name])
        with code.rows(0, sizes.states) as i:
            code.store(code.load(block.own["states"], i), block.own["kept"], i)
    return code.function()


def slopes_function(sizes: Sizes) -> str:
    """slopes(states, …, first, last): the right-hand side of blocks first .. last - 1."""
    code = Control("slopes", ("states", "parameters", "inputs", "slopes", "memory"), ("first", "last"))
    derived = code.row("%memory", 0)
    with code.rows(code.argument("first"), code.argument("last")) as number:
        state = code.row("%states", number * sizes.states)
        parameters = code.row("%parameters", number * sizes.parameters)
        code.call("prepare", parameters, code.row("%inputs", number * sizes.inputs), derived)
        code.call("rhs", state, derived, code.row("%slopes", number * sizes.states))
    return code.function()


def _begin(block: Block) -> None:
    """Copy the states to work on, and find the lanes that take part."""
    code, at = block.code, block.at
    code.call("prepare", block.own["parameters"], block.own["inputs"], at["derived"])
    code.call("rhs", block.own["states"], at["derived"], at["slopes"])

    def copy_and_test(i: Value) -> Value:
        state = code.load(block.own["states"], i)
        code.store(state, at["a"], i)
        return (state + code.load(at["slopes"], i)) * 0.0  # NaN once anything is not finite

    sound = block.sum_over_states(copy_and_test).equals(0.0)
    wanted = block.status.get().equals(int(Status.OK)) & (block.days.get() > 0.0)
    block.live.set(wanted)
    block.drop(wanted & ~sound, Status.NOT_FINITE, keep=False)
    _drop_out_of_range(block)


def _drop_out_of_range(block: Block) -> None:
    """End the lanes with a state beyond LARGEST_STATE; they keep the states of the start of the phase."""
    code, state = block.code, block.state.get().name
    largest = code.variable(DOUBLES, 0.0)
    with code.rows(0, block.sizes.states) as i:
        largest.set(code.larger(code.absolute(code.load(state, i)), largest.get()))
    block.drop(block.live.get() & (largest.get() > LARGEST_STATE), Status.OUT_OF_RANGE, keep=False)


def _drop_negative(block: Block) -> None:
    """End the lanes with an amount below zero by more than rounding; they keep the states of the start of the phase.

    Where an enormous dose saturates all binding sites, the equations have a second, unstable equilibrium with an
    amount below zero. An L-stable method damps fast movements, the one away from such a point included, so a long
    step can end there with a small error. No step sees it; the end of the phase does.
    """
    code, state = block.code, block.state.get().name
    below = code.variable(BOOLEANS, 0)
    with code.rows(0, block.sizes.states) as i:
        lowest = code.spread(code.load_number("%tolerance", i + (1 + block.sizes.states)))
        start = code.absolute(code.load(block.own["states"], i))
        below.set(below.get() | (code.load(state, i) < lowest - start * ROUNDING))
    block.drop(block.live.get() & below.get(), Status.NEGATIVE, keep=False)


def _fill(block: Block) -> None:
    """Put a copy of the first live lane into every lane that is not live."""
    code, live = block.code, block.live.get()
    state = block.state.get().name
    with code.when(~code.all(live)):
        donor = code.first_lane(live)

        def filled(row: Value) -> Value:
            return code.where(live, row, code.spread(code.lane(row, donor)))

        for source, target, rows in (
            (state, state, block.sizes.states),
            (block.own["parameters"], block.at["parameters"], block.sizes.parameters),
            (block.own["inputs"], block.at["inputs"], block.sizes.inputs),
        ):
            with code.rows(0, rows) as i:
                code.store(filled(code.load(source, i)), target, i)
        block.days.set(filled(block.days.get()))
        code.call("prepare", block.at["parameters"], block.at["inputs"], block.at["derived"])


def _first_step(block: Block) -> None:
    """A first step (share of the phase) for which the sixth-order term would stay near the tolerance.

    Slopes f and their change along the solution, (f(y + e f) - f(y)) / e, give a rate `turn`; if every
    further derivative grows by that rate, the error of order 6 is about size(f) turn^5 h^6 / 720.
    """
    code, at, days = block.code, block.at, block.days.get()
    state, nudged = block.state.get().name, block.new_state.get().name
    code.call("rhs", state, at["derived"], at["slopes"])
    speed = block.size(lambda i: code.load(at["slopes"], i)) * days
    nudge = code.smaller(1.0 / (speed + 1.0), 1e-3)
    with code.rows(0, block.sizes.states) as i:
        code.store(code.load(state, i) + nudge * days * code.load(at["slopes"], i), nudged, i)
    code.call("rhs", nudged, at["derived"], at["new_slopes"])
    bend = block.size(lambda i: code.load(at["new_slopes"], i) - code.load(at["slopes"], i))
    rate = bend * days / nudge
    turn = code.larger(rate / speed, 1.0)
    square = turn * turn
    first = code.power(720.0 / (speed * square * square * turn), 1.0 / (ORDER + 1)) * _FIRST
    told = (speed > 0.0) & (speed < math.inf) & (rate < math.inf) & (first < 1.0)
    shortest = code.smallest_lane(code.where(told, first, code.constant(DOUBLES, 1.0)))
    block.h.set(code.larger(shortest, 1e3 * SMALLEST_STEP))


def _try_step(block: Block) -> None:
    """One step: accepted, or refused and made shorter; lanes that cannot go on are dropped."""
    code, at = block.code, block.at
    h, rest = block.h.get(), 1.0 - block.done.get()
    last = h >= rest * 0.999
    step = code.where(last, rest, code.smaller(h, rest * 0.5))
    code.store(code.spread(step) * block.days.get(), at["h"])
    state, new_state = block.state.get(), block.new_state.get()
    code.call("step", state.name, at["derived"], at["h"], "%tolerance", at["work"], new_state.name, at["error"])
    block.tried.set(block.tried.get() + 1)
    errors = code.load(at["error"])
    finite = code.all(errors < math.inf)  # false for NaN
    worst = code.largest_lane(errors)
    error = code.sqrt(worst * (1.0 / block.sizes.states))
    accepted = finite & (error <= 1.0)
    refused = ~accepted
    with code.when(accepted):
        block.accepted.set(block.accepted.get() + 1)
        block.state.set(new_state)
        block.new_state.set(state)
        block.done.set(block.done.get() + step)
        block.going.set(~last)
        wanted = step * code.smaller(code.power(error + 1e-10, _EXPONENT) * _SAFETY, _GROW)
        block.h.set(code.where((step < h) & (h > wanted), h, wanted))
    with code.when(refused):
        block.refused.set(block.refused.get() + 1)
        shorter = code.larger(code.power(error, _RETRY) * _SAFETY, _SHRINK)
        block.h.set(step * code.where(finite, shorter, _SHRINK))
    with code.when(refused & (block.h.get() < SMALLEST_STEP)):
        number = errors < math.inf
        reason = code.where(number, code.constant(INTEGERS, Status.STEP_TOO_SMALL), int(Status.NOT_FINITE))
        block.drop(block.live.get() & ~(errors <= float(block.sizes.states)), reason, keep=True)
        block.fill.set(1)
    with code.when((block.tried.get() >= code.argument("most_steps")) & block.going.get()):
        block.tried.set(0)
        slowest = errors.equals(code.spread(worst)) | code.spread(~finite)
        block.drop(block.live.get() & slowest, Status.TOO_MANY_STEPS, keep=True)
        block.fill.set(1)
