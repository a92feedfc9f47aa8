"""What the gateway speaks of, as frozen types: transmissions, verdicts, acknowledgements."""
