"""Grafana's dashboards, made from short descriptions."""
