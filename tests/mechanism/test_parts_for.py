"""The parts that some outputs need: the smaller model gives what the whole one gives."""

from __future__ import annotations

import numpy as np
import pytest

from tdm1.mechanism import Model, shipped


@pytest.mark.parametrize("model", shipped(), ids=lambda model: model.name)
def test_every_output_against_the_whole_model(model: Model) -> None:
    stream = np.random.default_rng(1)
    known = {name: stream.uniform(0.2, 2.0, 4) for name in (*model.states, *model.parameters, *model.inputs)}
    whole = model.quantities(known)
    for output in model.outputs:
        small = model.parts_for([output])
        wanted = {name: known[name] for name in (*small.states, *small.parameters, *small.inputs)}
        np.testing.assert_array_equal(small.quantities(wanted)[output], whole[output], err_msg=output)
        assert set(small.parts) <= set(model.parts)


def test_unknown_name_against_a_clear_error() -> None:
    with pytest.raises(ValueError, match=r"no part defines \['plateletts'\]"):
        shipped()[0].parts_for(["plateletts"])
