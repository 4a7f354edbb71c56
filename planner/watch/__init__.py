"""The watch: what is known now against the live plan, and drafts of another."""
