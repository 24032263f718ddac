"""What the services say to each other: one file a producer, additive only; a break is a new type.

Producers build these models and so can send no field that is not here; consumers ignore fields they do not know.
No body of a complaint and no personal data may stand in any of them.
"""
