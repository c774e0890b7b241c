"""Pictures and files beside articles: what they are, what of them is kept, and where."""
