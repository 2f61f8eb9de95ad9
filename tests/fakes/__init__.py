"""Simulated peers over real sockets, written once and used by all tests."""
