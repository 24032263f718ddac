"""A rulebook under others: layers composed into one."""
