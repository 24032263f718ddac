"""A rulebook as its author writes it: the model of the file, its words, and what may be found wrong with it."""
