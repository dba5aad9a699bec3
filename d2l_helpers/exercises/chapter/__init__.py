"""The exercises of the chapter, a module a notebook; each ends in ``EXERCISES``, in the order of its notebook."""
