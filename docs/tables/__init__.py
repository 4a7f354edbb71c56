"""The tables of the documentation that stand in the code: ``python -m docs.tables`` from the root writes them again."""
