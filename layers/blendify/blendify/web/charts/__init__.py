"""Charts as SVG: geometry in, markup out. Colours and sizes of text are the stylesheet's, by classes."""
