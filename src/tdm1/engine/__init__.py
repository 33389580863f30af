"""Floor 3: compile a model's equations to vector code and advance many patients at once.

    kernel = compile(model)
    after = kernel.advance(states, parameters, inputs, input_day, days)

One idea a file, in the order in which they work: _trace (record the equations as a _graph), _jacobian,
_elimination, _statements; _vector_code and _vector_math, _schedule, _rodas5p, _step_code (one step), _control,
_phase and _stepper (the loop of steps), _machine and _cache; _workspace, _batch, _kernel and _status;
_sensitivity. The engine knows nothing of the drug.
"""

from tdm1.engine._batch import THREADS, available_threads
from tdm1.engine._kernel import Advance, Course, Kernel, Segment, compile
from tdm1.engine._sensitivity import Sensitivity, sensitivity
from tdm1.engine._status import Status

__all__ = [
    "Advance", "Course", "Kernel", "Segment", "Sensitivity", "Status", "THREADS", "available_threads", "compile",
    "sensitivity",
]  # fmt: skip
