"""Who is called out, how, and what becomes of it: the sheet before, the call itself, its steps, the board after."""
