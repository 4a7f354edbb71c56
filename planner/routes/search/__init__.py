"""The search, compiled: arrays in, arrays out, no objects. ``planner.routes.solve`` is its front."""
