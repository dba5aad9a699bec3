"""The commands of ``d2l-grade``: their arguments, a module each. What they do is in `d2l_autograder.command`."""
