"""What stands on the other side of the pipe: `bench_kit` alone is on a peer's path, and needs nothing but Python."""
