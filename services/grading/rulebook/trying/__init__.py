"""A draft tried out: compared with another rulebook, and run over past incidents."""
