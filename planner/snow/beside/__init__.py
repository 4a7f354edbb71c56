"""Work beside the ploughing of streets: places, haulage, grit sweeping."""
