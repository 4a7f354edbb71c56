"""What a page shows of each service and no other: its rows' names, its figures, its map, its columns in a file."""
