"""What outside registers say, kept as a state of the directory: asked for, believed, asked again.

A question is answered from what is kept while it is fresh; what is stale is believed still and
asked for again in the background; what is missing is asked for within a small budget, and waits in
a durable queue otherwise. What a register does not say is never held against anybody.
"""
