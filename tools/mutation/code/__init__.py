"""Mutation of the pack's own code: do its tests notice when a line of a policy changes?"""
