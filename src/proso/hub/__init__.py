"""The hub: takes reports, keeps them, weighs them, and publishes packs."""
