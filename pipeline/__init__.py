"""The command line: deploy, check, send files, ask what became of them."""
