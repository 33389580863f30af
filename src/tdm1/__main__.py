"""`python -m tdm1`: the same as the command `tdm1`."""

from tdm1.cli import main

raise SystemExit(main())
