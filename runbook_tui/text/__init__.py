"""The one place where foreign text is made safe: terminal, shell, Markdown, file names."""
