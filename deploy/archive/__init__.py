"""The archive of closed incidents: all rows of one in a file of its own, and back again, row for row."""
