"""How a heated building answers to its set-points: two masses and a thermostat, fitted on its own record."""
