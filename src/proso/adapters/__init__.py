"""The world: one module a system, none knows another, none decides anything."""
