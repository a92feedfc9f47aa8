"""What the gateway asks of outside registers: a package for each partner, with its issue."""
