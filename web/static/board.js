// The board asks for its version and shows what is new; between two answers only the countdown's digits change.
"use strict";
(() => {
  const board = document.getElementById("board");
  if (!board) return;
  const lost = document.getElementById("board-lost");
  let version = board.dataset.version;
  let ahead = Number(board.dataset.now) - Date.now();
  let seen = Date.now();

  const wall = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: board.dataset.zone });
  const two = (number) => String(number).padStart(2, "0");
  const tick = () => {
    const now = Date.now() + ahead;
    for (const place of board.querySelectorAll("[data-until]")) {
      const left = Math.ceil((Number(place.dataset.until) - now) / 1000);
      const hours = Math.floor(left / 3600);
      if (hours >= 24) continue;
      const text = left <= 0 ? place.dataset.over : (hours ? `${hours}:` : "") + `${two(Math.floor((left % 3600) / 60))}:${two(left % 60)}`;
      if (place.textContent !== text) place.textContent = text;
    }
    for (const place of board.querySelectorAll("[data-clock]")) place.textContent = wall.format(now);
  };

  const look = async () => {
    let pause = Number(document.hidden ? board.dataset.pollHidden : board.dataset.poll);
    try {
      const answer = await fetch(`${board.dataset.address}${board.dataset.address.includes("?") ? "&" : "?"}since=${encodeURIComponent(version)}`, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (answer.status === 403) {
        location.reload();
        return;
      }
      if (answer.status === 200) {
        const news = await answer.json();
        version = news.version;
        ahead = news.now - Date.now();
        board.innerHTML = news.html;
        tick();
      } else if (answer.status !== 204) throw new Error(String(answer.status));
      seen = Date.now();
      lost.hidden = true;
    } catch {
      lost.querySelector("b").textContent = wall.format(seen + ahead);
      lost.hidden = false;
      pause = Math.max(pause, 2000);
    }
    setTimeout(look, pause);
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
  tick();
  setInterval(tick, 250);
  setTimeout(look, Number(board.dataset.poll));
})();
