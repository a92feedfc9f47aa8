"""What the operator's own listener serves. Never a route of the public one.

It is off unless `SISERI_ADMIN_BIND` names an address; whoever reaches that address is the operator.
"""
