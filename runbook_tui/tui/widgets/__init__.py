"""Parts of screens: one file a widget."""
