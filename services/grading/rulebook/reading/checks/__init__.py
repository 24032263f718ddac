"""What can be wrong with a rulebook beyond its form: a file a concern, each check from a model to its findings."""
