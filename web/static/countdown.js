// Comfort only: minutes and seconds until a moment; without this file the moment itself is shown.
"use strict";
(() => {
  const two = (number) => String(number).padStart(2, "0");
  const told = document.querySelector("[data-clock-now]");
  const ahead = told ? Number(told.dataset.clockNow) - Date.now() : 0;
  const tick = () => {
    for (const place of document.querySelectorAll("[data-until]")) {
      const left = Math.ceil((Number(place.dataset.until) - Date.now() - ahead) / 1000);
      const hours = Math.floor(left / 3600);
      if (hours >= 24) continue;
      const text = left <= 0 ? place.dataset.over : (hours ? `${hours}:` : "") + `${two(Math.floor((left % 3600) / 60))}:${two(left % 60)}`;
      if (place.textContent !== text) place.textContent = text;
    }
  };
  tick();
  setInterval(tick, 500);
})();
