"""The command line: one file a subcommand, nothing but the standard library until one of them runs."""
