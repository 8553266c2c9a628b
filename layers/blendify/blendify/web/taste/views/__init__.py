"""The views, a module each: formulas in, values of a page out."""
