"""PgBouncer's part of an installation of many replicas: its configuration, and its list of users."""
