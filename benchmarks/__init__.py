"""One module per figure; `make bench` prints them all."""
