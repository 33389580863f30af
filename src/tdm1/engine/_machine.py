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


def object_code(assembly: str) -> bytes:
    """Optimise and compile LLVM assembly to a relocatable object."""
    machine = _target_machine()
    module = llvm.parse_assembly(assembly)
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(module, passes)
    with _emission:
        llvm.set_option("", "-enable-misched=false")  # the order of the lines is already chosen (_schedule)
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
