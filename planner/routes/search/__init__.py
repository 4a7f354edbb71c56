"""The search, compiled: arrays in, arrays out, no objects. ``planner.routes.solve`` is its front.

Read ``model`` (what it sees), ``chain`` (how a change is priced), then ``anneal`` (the loop).
"""
