"""The tasks schema: set-based load and save."""
