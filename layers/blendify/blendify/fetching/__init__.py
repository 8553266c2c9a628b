"""The pages of lists from a provider that may fail, side by side and in order. It knows no history."""
