"""Words and wires of the whole package; nothing here knows a provider or a table."""
