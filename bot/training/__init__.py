"""Retraining without stopping: from the button to the release that serves, and back. Decision 0024 says how and why."""
