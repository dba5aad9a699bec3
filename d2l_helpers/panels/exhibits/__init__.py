"""The chapter's exhibits, a module each: a chart, a few sliders, and no training of the reader's own code."""
