"""The files that services hand out to their listeners: what each is recognised by, and how its rows are read."""
