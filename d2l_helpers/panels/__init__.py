"""Panels with sliders for the notebooks: `retrain`, and the chapter's exhibits, a module each.

They are made of the ipywidgets that Colab's version 7.7.1 and today's 8 share. Nothing is imported here, so that a
notebook with one exhibit does not import them all.
"""
