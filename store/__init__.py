"""Where facts live: migrations, named queries, connections, the embedded server and the storage tiers."""
