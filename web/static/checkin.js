// Comfort only: results while typing, and the camera where the browser itself reads QR codes.
"use strict";
(() => {
  const form = document.querySelector("[data-checkin]");
  if (!form) return;
  const box = form.elements.q;
  const place = document.querySelector("[data-checkin-found]");
  let waiting = 0;
  let asked = "";
  const look = async () => {
    const typed = box.value.trim();
    if (typed === asked) return;
    asked = typed;
    if (!typed) return;
    const answer = await fetch(`${form.dataset.checkin}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "text/html" } });
    if (!answer.ok || box.value.trim() !== typed) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-checkin-found]");
    if (!fresh) return;
    for (const button of fresh.querySelectorAll("[autofocus]")) button.removeAttribute("autofocus");
    place.replaceChildren(...fresh.childNodes);
  };
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => look().catch(() => {}), 150);
  });

  const button = form.querySelector("[data-scan]");
  const video = form.querySelector("[data-video]");
  const fault = form.querySelector("[data-scan-fault]");
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      const reader = new window.BarcodeDetector({ formats: ["qr_code"] });
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.hidden = false;
      await video.play();
      const read = async () => {
        const codes = await reader.detect(video).catch(() => []);
        if (!codes.length) {
          setTimeout(read, 200);
          return;
        }
        for (const track of video.srcObject.getTracks()) track.stop();
        box.value = codes[0].rawValue;
        form.requestSubmit();
      };
      read();
    } catch {
      video.hidden = true;
      fault.textContent = button.dataset.fault;
      fault.hidden = false;
    }
  });
})();
