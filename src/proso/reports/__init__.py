"""Stage 1: what a person or a device says."""
