// Comfort only: an import's progress without reloading the page; without this file the page reloads itself.
"use strict";
(() => {
  const place = document.querySelector("[data-poll]");
  if (!place) return;
  const look = async () => {
    let fresh = null;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(place.id);
    } catch {
      fresh = null;
    }
    if (fresh && !fresh.hasAttribute("data-poll")) {
      location.reload();
      return;
    }
    if (fresh && !place.contains(document.activeElement)) place.replaceChildren(...fresh.childNodes);
    setTimeout(look, Number(place.dataset.poll));
  };
  setTimeout(look, Number(place.dataset.poll));
})();
