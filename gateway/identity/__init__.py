"""From who signed in to what they may do: whose account it is, and the register's word on it."""
