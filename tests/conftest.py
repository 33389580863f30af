"""Settings shared by all tests: property tests draw the same examples on every run."""

from hypothesis import HealthCheck, settings

# Derandomised, so that a red build can be repeated; `--hypothesis-profile=search` draws new examples.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("repeatable")
