"""Stage 1: the Spark streaming source for Kinesis, whose batches replay exactly."""
