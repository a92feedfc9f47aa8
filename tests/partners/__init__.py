"""Doubles of outside services, by host name: real HTTP servers, of tests alone."""
