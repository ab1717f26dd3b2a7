"""What stands on the other side of the pipe. The folder is on a peer's path; `bench_kit` needs nothing but Python."""
