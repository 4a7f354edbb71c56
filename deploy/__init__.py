"""How it is run: the process tree of one installation, the demonstration town, and files for production."""
