"""The road model alone, from files."""
