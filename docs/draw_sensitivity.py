"""Draws docs/pictures/sensitivity_*.png: what moves kill and platelets. Run: python docs/draw_sensitivity.py."""

from __future__ import annotations

from pathlib import Path

from tdm1.report.pictures import sensitivity as pictures
from tdm1.trial.sensitivity import sensitivity

PICTURES = Path(__file__).parent / "pictures"
OUTPUTS = ("tumour_kill", "platelet_nadir")

if __name__ == "__main__":
    found = sensitivity(outputs=OUTPUTS, samples=1024)
    for output in found.outputs:
        for kind in ("local", "sobol"):
            name = PICTURES / f"sensitivity_{kind}_{output.name}.png"
            name.write_bytes(pictures.lone_file(found, output, kind, "png"))
            print(f"{name.name}: {pictures.words(found, output, kind)}")
    print(f"{found.failed_solves} failed solves, {found.seconds:.0f} seconds")
