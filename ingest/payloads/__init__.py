"""From topic and bytes to measured values: ``topics`` chooses one module a format.

Every decoder gives a :class:`ingest.payloads.measured.Measured`; what it cannot read raises
:class:`city.errors.RejectedMessage`.
"""
