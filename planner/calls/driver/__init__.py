"""The driver's half of a call: which phone stands for a vehicle, what it is to drive, and what it reports."""
