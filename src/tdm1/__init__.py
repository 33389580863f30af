"""tdm1: the treatment with ado-trastuzumab emtansine (T-DM1), made executable. Research software."""

__version__ = "0.1.0"
