"""Record, check and link the chapter's notebooks: the tools of its authors.

Nothing is imported here, so that pytest can load ``d2l_authoring.nbval_plugin`` without d2l_helpers and MXNet.
"""
