"""What the gateway asks of outside registers: one package for each partner, added with its issue of the contract."""
