"""The command line, one module a command. It alone, with `gateway.app`, names concrete things."""
