"""What a task may do: states, legal moves, clocks, extensions. Pure: no storage, no bus, no wall clock."""
