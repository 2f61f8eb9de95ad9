"""`xinqiao demo`: a throw-away database full of invented people. Each area of the desk is filled by one function."""
