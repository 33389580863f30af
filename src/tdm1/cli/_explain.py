"""`tdm1 explain`: what a number, a rule or a term is and where it comes from."""

from __future__ import annotations

from tdm1.cli._screen import print_json, stdout


def run_explain(name: str, *, as_json: bool) -> None:
    """Explain `name`. Raises ExplainError, which means bad input, for an unknown or ambiguous name."""
    from tdm1.report import explain, terminal

    explanation = explain.explain(name)
    if as_json:
        print_json(explanation.as_json())
    else:
        terminal.print_explanation(explanation, stdout())
