"""What other limits would have done: the closed loop over winters, hour by hour, by the plan's own start rule."""
