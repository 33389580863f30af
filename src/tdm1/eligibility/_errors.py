"""The one error of the package."""


class EligibilityError(ValueError):
    """Criteria that do not exist or cannot be applied, or a person's value that cannot be."""
