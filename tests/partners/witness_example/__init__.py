"""A witness of the evidence log that does what a test asks for, over real HTTP."""
