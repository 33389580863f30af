"""Pictures of a run as inline SVG. Colours are CSS variables, so that one picture serves light, dark and print."""
