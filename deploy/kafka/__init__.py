"""Real Apache Kafka on one machine: its jars by Maven, three brokers as processes of ours."""
