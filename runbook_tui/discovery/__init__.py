"""What a folder of repositories says about its services, and the manifest that follows from it."""
