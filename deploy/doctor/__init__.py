"""The health of every part in plain words, each with what to do where it is not well."""

from deploy.doctor.finding import Finding
from deploy.doctor.parts import examine

__all__ = ["Finding", "examine"]
