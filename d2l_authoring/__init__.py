"""For authors: read notebook files without trust, record them with fresh kernels, and find what is wrong with them.

Each module is imported by its own name, so that pytest can load ``d2l_authoring.nbval_plugin`` alone.
"""
