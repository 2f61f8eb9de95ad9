"""The desk under load: `python -m bench.desk alarm` and `python -m bench.desk paint`, on a demo of this machine."""
