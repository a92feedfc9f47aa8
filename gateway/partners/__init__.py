"""Partners: how a request proves whose it is, how a key is enrolled, what a partner may do."""
