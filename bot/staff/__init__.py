"""Staff accounts: who may work at the desk, how they prove it, and for how long."""
