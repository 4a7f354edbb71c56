"""The lists that a city keeps, taken in from files as people have them: looked at, corrected, taken away again."""
