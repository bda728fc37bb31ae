"""Git: the only package that imports GitPython. Version sets, history, files at a commit."""
