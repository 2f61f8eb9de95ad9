"""What runs in the engine's environment (Python 3.10) to be measured; no part of what is served."""
