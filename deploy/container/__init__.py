"""What runs inside the container image: one preparing job, and the services."""
