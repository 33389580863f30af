"""Draws docs/pictures/covariates.png: who differs in exposure to T-DM1. Run: python docs/draw_covariates.py."""

from __future__ import annotations

from pathlib import Path

from tdm1.report.covariates_picture import draw
from tdm1.trial.covariate_effects import covariate_effects

draw(covariate_effects(), Path(__file__).parent / "pictures" / "covariates.png")
