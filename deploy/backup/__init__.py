"""Backups: a physical copy of the whole database now and then, and the log of every change between."""
