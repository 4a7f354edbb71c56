"""The drawings of the documentation that are computed: ``python -m docs.draw`` from the root makes them again."""
