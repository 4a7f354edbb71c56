"""Sentences that all services say."""
