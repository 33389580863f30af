"""Call a compiled function by its address from inside numba.

The address is an ordinary argument, so the step loop is compiled once for all models and cached.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def _typed(typing_context: Any, address: Any, pointers: Any) -> Any:
    """What numba asks of an intrinsic: the call's type, and how to write it."""
    signature = types.void(address, pointers)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        byte_pointer = ir.IntType(8).as_pointer()
        function_type = ir.FunctionType(ir.VoidType(), [byte_pointer] * pointers.count)
        function = builder.inttoptr(values[0], function_type.as_pointer())
        places = [builder.extract_value(values[1], i) for i in range(pointers.count)]
        builder.call(function, [builder.inttoptr(place, byte_pointer) for place in places])
        return context.get_dummy_value()

    return signature, generate


#: call_address(address, (pointer, ...)): a function of pointers only, without a result; all are int64.
call_address: Any = intrinsic(_typed)
