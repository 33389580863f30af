"""What is refused on the way to SBML."""


class SbmlError(ValueError):
    """Values or a course of doses that cannot be written for this model; the text says what to mend."""
