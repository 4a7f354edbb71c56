"""What is printed: the sheet of a depot, and the sheet of a tur."""
