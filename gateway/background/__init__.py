"""Work behind the doors: the durable engine, and what has it come round."""
