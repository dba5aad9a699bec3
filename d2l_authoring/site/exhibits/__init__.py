"""What a page of the book shows in the place of an exhibit: three states, and sliders if they need no kernel."""
