"""The top floor: reads settings and the city file, makes the parts and starts them. Nobody imports it."""
