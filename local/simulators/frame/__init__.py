"""What all simulators have in common: a provider adds its tables and its oddities."""
