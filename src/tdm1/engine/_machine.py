"""LLVM assembly to machine code in memory, for this processor, through llvmlite."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import llvmlite
import llvmlite.binding as llvm

#: LLVM's options belong to the process; only one thread changes them at a time.
_emission = threading.Lock()


@cache
def _start_llvm() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def _target_machine() -> Any:
    """A fresh one each time: the execution engine that is given one frees it."""
    _start_llvm()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3, jit=True
    )


@cache
def processor() -> str:
    """What compiled objects depend on besides the equations: LLVM, its wrapper, processor and features."""
    version = ".".join(str(part) for part in llvm.llvm_version_info)
    features = llvm.get_host_cpu_features().flatten()
    return f"{llvmlite.__version__} {version} {llvm.get_default_triple()} {llvm.get_host_cpu_name()} {features}"


@cache
def vector_width() -> int:
    """Doubles in a vector: eight where the registers hold them (AVX-512), four elsewhere.

    Four fill a register of AVX2 and two of NEON. With eight in sixteen registers of four, a step took 1.6 to 2
    times as long.
    """
    return 8 if llvm.get_host_cpu_features().get("avx512f") else 4


def object_code(assembly: str, width: int) -> bytes:
    """Optimise and compile LLVM assembly for vectors of `width` to a relocatable object."""
    machine = _target_machine()
    module = llvm.parse_assembly(assembly)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(module, passes)
    # The order of the lines is already chosen (_schedule). Where registers are few, LLVM may change it to hold fewer.
    reorder = "true" if width < 8 else "false"
    with _emission:
        llvm.set_option("", f"-enable-misched={reorder}")
        try:
            return machine.emit_object(module)
        finally:
            llvm.set_option("", "-enable-misched=true")


@dataclass(frozen=True)
class Loaded:
    """Machine code in memory; `address(name)` is good for as long as this object lives."""

    engine: Any

    def address(self, name: str) -> int:
        """Where the function starts; raises KeyError for a name that the object does not define."""
        place = self.engine.get_function_address(name)
        if not place:
            raise KeyError(name)
        return place


def load(code: bytes) -> Loaded:
    """Link an object into this process."""
    machine = _target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Loaded(engine)
