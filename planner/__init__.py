"""From judgements to orders: one snapshot of inputs, three planners, routes, publication, orders, the schedule."""
