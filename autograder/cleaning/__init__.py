"""What a student wrote, made harmless for a browser (markup, styles, formulas) and a terminal."""
