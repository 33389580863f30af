"""What is raised for a forecast that cannot be made from what was asked."""


class ForecastError(ValueError):
    """A setting, a number or a covariate that cannot be. The text says where, what, and how to mend it."""
