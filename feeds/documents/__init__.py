"""Articles to bytes: pure renderers of feeds. The only home of feedgen."""
