"""Background work: job rows, the worker, what each kind of job does."""
