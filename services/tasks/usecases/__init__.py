"""What the tasks service does, a file a capability."""
