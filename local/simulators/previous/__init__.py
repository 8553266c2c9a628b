"""The frame of the simulators that are not ported yet; goes with the last of them."""
