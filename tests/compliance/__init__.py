"""Tests of the check, its evidence and its reports."""
