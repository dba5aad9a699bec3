"""Mark on other machines: each worker of a dask cluster gets a submission's bytes and returns a result as JSON.

`address` says which clusters are safe to use, `task` is what runs on a worker, `crew` knows which workers are fit and
what each of them has to do, `dispatch` sees to it that each submission gets its result, and `connection` is the only
module that imports dask.
"""
