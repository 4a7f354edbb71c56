"""What a snow plan says."""
