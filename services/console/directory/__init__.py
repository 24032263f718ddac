"""The directory: organisations, accounts and staff tokens. Hosted by the console's process, in a schema of its own."""
