"""The phone: what runs beside the owner's calls."""
