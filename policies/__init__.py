"""The policy pack: every hard constraint of the pipeline, judged before anything exists."""
