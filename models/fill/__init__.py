"""Fill of vessels: readings to levels, levels to emptyings and inflow, inflow to the chance of overflow.

Values in, values out. Levels are in percent of capacity, times in seconds since 1970 (UTC). The rules of cleaning were
found on a year of level sensors in 77 glass igloos; every limit is a keyword argument.
"""
