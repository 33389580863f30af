"""Compiled objects on disk: found again, rebuilt when damaged, and no error where nothing can be written."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from engine.small_models import LOGISTIC, model

from tdm1 import engine
from tdm1.engine import _cache, _kernel


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache directory, and no kernel in memory."""
    monkeypatch.setenv("TDM1_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(_kernel, "_kernels", {})
    yield tmp_path / "cache"


def compile_again(monkeypatch: pytest.MonkeyPatch) -> tuple[engine.Kernel, list[str]]:
    monkeypatch.setattr(_kernel, "_kernels", {})
    said: list[str] = []
    kernel = engine.compile(LOGISTIC, report=said.append)
    return kernel, said


def grown(kernel: engine.Kernel) -> float:
    after = kernel.advance(np.array([[0.1]]), np.array([[1.0]]), np.empty((1, 0)), 0.0, 3.0)
    assert not after.status.any()
    return float(after.states[0, 0])


def test_second_compile_against_no_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, said = compile_again(monkeypatch)
    assert len(said) == 1
    assert "compiling" in said[0]
    assert "logistic" in said[0]
    again, said = compile_again(monkeypatch)
    assert said == []
    assert grown(again) == grown(first)
    assert engine.compile(LOGISTIC) is again, "one kernel for a model"
    assert sorted(path.suffix for path in folder.iterdir()) == [".kernel"], "nothing half-written is left"


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "text", "head"])
def test_damaged_file_against_a_rebuilt_one(folder: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    expected = grown(compile_again(monkeypatch)[0])
    (path,) = folder.glob("*.kernel")
    sound = path.read_bytes()
    head, _, code = sound.partition(b"\n")
    fields = {**json.loads(head), "work": "many"}
    path.write_bytes(
        {
            "cut": sound[: len(sound) // 2],
            "flip": sound[:-100] + bytes([sound[-100] ^ 1]) + sound[-99:],
            "empty": b"",
            "text": b"[]\nnothing",
            "head": json.dumps(fields).encode() + b"\n" + code,
        }[damage]
    )
    kernel, said = compile_again(monkeypatch)
    assert len(said) == 1, "damage is noticed"
    assert grown(kernel) == expected
    assert path.read_bytes() == sound, "and mended"


def test_other_processor_or_equations_against_another_name() -> None:
    names = {_cache.key(*pair) for pair in (("a", "cpu"), ("b", "cpu"), ("a", "other"))}
    assert len(names) == 3


def test_unwritable_folder_against_a_working_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("TDM1_CACHE_DIR", str(blocked / "cache"))
    assert 0.5 < grown(compile_again(monkeypatch)[0]) < 1.0


def test_two_models_in_one_process_against_their_own_equations(folder: Path) -> None:
    fall = model("fall", {"y": 1.0}, ("k",), (), lambda v: {"y": -v["k"] * v["y"]})
    rise = model("rise", {"y": 1.0}, ("k",), (), lambda v: {"y": v["k"] * v["y"]})
    start, rate, none = np.array([[1.0]]), np.array([[0.5]]), np.empty((1, 0))
    kernels = [engine.compile(m) for m in (fall, rise)]
    found = [kernel.advance(start, rate, none, 0.0, 2.0).states[0, 0] for kernel in kernels]
    np.testing.assert_allclose(found, [np.exp(-1.0), np.exp(1.0)], rtol=1e-5)


def test_warm_start_against_no_sympy(folder: Path) -> None:
    """A new process with a cached kernel neither compiles nor imports SymPy."""
    program = (
        "import sys\nfrom tdm1 import engine, mechanism\nsaid = []\n"
        "engine.compile(mechanism.t_dm1(), report=said.append)\nprint(len(said), 'sympy' in sys.modules)"
    )
    environment = {**os.environ, "TDM1_CACHE_DIR": str(folder)}
    for expected in ("1 False", "0 False"):
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == expected


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_pickled_or_copied_kernel_against_a_clear_error(copied: Callable[[engine.Kernel], object]) -> None:
    with pytest.raises(TypeError, match=r"'logistic' is machine code of this process .* call compile\(model\)"):
        copied(engine.compile(LOGISTIC))
