"""From a file to a rulebook that can run: reading, checking, refusing, and the schema for editors."""
