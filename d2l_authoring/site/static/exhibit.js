// Shows an exhibit with sliders in the place of its three pictures. Each position of the sliders has a frame, which was
// computed when the book was built: a sentence, and the charts as pieces of SVG.
"use strict";

(() => {
  const REST = 500; // milliseconds without a move until a screen reader speaks the sentence

  const unpack = async text => {
    const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };

  const start = async exhibit => {
    const live = exhibit.querySelector(".d2l-live");
    const { pieces, frames } = await unpack(live.querySelector("script").textContent);
    const controls = [...live.querySelectorAll("input, select")];
    const sentence = live.querySelector(".d2l-said p:last-child");
    const spoken = live.querySelector(".d2l-spoken");
    const drawing = live.querySelector(".d2l-drawing");
    const place = control => (control.options ? control.selectedIndex : Number(control.value));
    const count = control => (control.options ? control.options.length : Number(control.max) + 1);
    let timer;

    const draw = () => {
      const frame = frames[controls.reduce((index, control) => index * count(control) + place(control), 0)];
      sentence.textContent = pieces[frame[0]];
      drawing.innerHTML = frame.slice(1).map(number => pieces[number]).join("");
      for (const control of controls.filter(one => !one.options)) {
        const text = control.dataset.texts.split(" ")[place(control)];
        control.setAttribute("aria-valuetext", text);
        control.nextElementSibling.textContent = text;
      }
    };
    const speak = () => {
      clearTimeout(timer);
      timer = setTimeout(() => (spoken.textContent = sentence.textContent), REST);
    };
    const move = places => {
      places.forEach((at, index) => {
        const control = controls[index];
        if (control.options) control.selectedIndex = at;
        else control.value = at;
      });
      draw();
      speak();
    };

    for (const control of controls) {
      control.addEventListener("input", () => {
        draw();
        speak();
      });
    }
    for (const button of live.querySelectorAll("button")) {
      button.addEventListener("click", () => move(button.dataset.places.split(" ").map(Number)));
    }
    draw();
    spoken.textContent = sentence.textContent;
    exhibit.classList.add("is-live"); // from here on the style sheet hides the pictures, except in print
  };

  // A browser without DecompressionStream keeps the pictures
  const ready = () => {
    if (!("DecompressionStream" in window)) return;
    for (const live of document.querySelectorAll(".d2l-exhibit > .d2l-live")) start(live.parentElement);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
