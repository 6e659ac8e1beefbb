"""The deployed pipeline under a storm: killed, restarted, told everything twice."""
