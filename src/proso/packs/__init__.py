"""Stage 3: what a phone carries."""
