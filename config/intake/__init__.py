"""What `civicwire intake` is made of: its inputs, its run, and what it tells of both."""
