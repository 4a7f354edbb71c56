"""Runners of other programs, so that anyone can repeat the comparison. What is not our dependency we do not install."""
