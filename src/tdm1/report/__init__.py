"""Floor 7: results for people and files: terminal, JSON, run directory, report page, explanations."""
