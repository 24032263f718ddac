"""What an operator does with journals: verify the chains, look at parked events and replay them, rebuild the read model."""
