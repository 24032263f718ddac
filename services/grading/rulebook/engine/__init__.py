"""What runs: facts folded into a situation, orders derived from it, deadlines counted and explained."""
