"""Changing triage's lexicon from the desk: draft, replay over the stored history, gate, publish, roll back, load."""
