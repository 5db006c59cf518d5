"""What `./tunebook` does in a checkout: set-up, running notebooks, tests. The wheel does not contain it."""
