"""What proves: receipts, signed once in each representation and kept."""
