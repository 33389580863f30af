"""Write benchmark.cpp from the benchmark model, or check it."""

from __future__ import annotations

import sys

import benchmark_model

from peers.mrgsolve import MODEL_FILE, model_text

text = model_text(benchmark_model.MODEL)
if "--check" in sys.argv[1:]:
    sys.exit(MODEL_FILE.read_text("utf-8") != text)
MODEL_FILE.write_text(text, encoding="utf-8")
