// Comfort only: parts of a desk's page that change are fetched again when the event's version has grown.
"use strict";
(() => {
  const place = document.querySelector("[data-live]");
  if (!place) return;
  let version = place.dataset.version;
  const look = async () => {
    try {
      const answer = await fetch(`${place.dataset.live}?since=${encodeURIComponent(version)}`, { cache: "no-store" });
      if (answer.status === 200) {
        const page = await fetch(location.href, { headers: { Accept: "text/html" } });
        const fresh = page.ok && new DOMParser().parseFromString(await page.text(), "text/html").getElementById(place.id);
        const busy = place.contains(document.activeElement) || place.querySelector("details[open]");
        if (fresh && !busy) {
          version = fresh.dataset.version;
          place.replaceChildren(...fresh.childNodes);
          place.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
        }
      }
    } catch {
      // the next look tries again; what is shown stays
    }
    setTimeout(look, Number(document.hidden ? place.dataset.pollHidden : place.dataset.pollEvery));
  };
  setTimeout(look, Number(place.dataset.pollEvery));
})();
