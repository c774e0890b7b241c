"""The public site as a tree of files, for any web server."""
