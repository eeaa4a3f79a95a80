"""Stage 4: what the phone decides about a call, with the reason."""
