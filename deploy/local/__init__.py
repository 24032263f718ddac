"""The one-machine runner: PostgreSQL, a Kafka-protocol broker and the five services from one command."""
