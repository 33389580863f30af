"""Floor 7: the command line. `main` is the entry point; every command imports what it needs when it runs."""

from tdm1.cli._entry import main

__all__ = ["main"]
