"""The chapter's exhibits, a module each: charts and a few sliders, without training the reader's own code."""
