"""The gateway between dosimetry partners and SISERI, the French register of workers' exposure."""
