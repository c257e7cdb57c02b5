// Comfort only: a button copies what stands in the box beside it; without this file the box can be selected.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-copy-button]")) {
    const box = document.getElementById(button.dataset.copyButton);
    if (!box) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      box.select();
      try {
        await navigator.clipboard.writeText(box.value);
      } catch {
        document.execCommand("copy");
      }
      button.querySelector("span").textContent = button.dataset.copied;
    });
  }
})();
