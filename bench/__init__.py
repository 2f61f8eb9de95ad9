"""How fast the whole system answers, beside Rasa's stock Chinese pipeline on the same machine in the same run."""
