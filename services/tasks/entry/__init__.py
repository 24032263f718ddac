"""The ways in: routes, subscriptions, access."""
