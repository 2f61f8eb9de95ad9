"""Measuring what we have on sentences whose truth is known: the commands `xinqiao evaluate …`."""
