"""Kinesis to Delta: the streaming job of the clickstream lakehouse, shipped as one zip."""
