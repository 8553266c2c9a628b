"""The state table: everything that may change, written under conditions. Nothing here knows music."""
