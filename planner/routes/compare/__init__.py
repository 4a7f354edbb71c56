"""Today's routes beside ours."""
