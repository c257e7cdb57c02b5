// Comfort only: every page reads and works without this file.
"use strict";
(() => {
  const typing = (element) => element && (element.matches("input, textarea, select") || element.isContentEditable);
  const search = document.querySelector("[data-list-search]") || document.querySelector("[data-search]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && search && !typing(document.activeElement)) {
      event.preventDefault();
      search.focus();
      search.select();
      return;
    }
    if ((event.key !== "ArrowDown" && event.key !== "ArrowUp") || typing(document.activeElement)) return;
    const rows = [...document.querySelectorAll(".row-link")];
    if (!rows.length) return;
    const now = rows.indexOf(document.activeElement);
    if (now < 0 && document.activeElement !== document.body && document.activeElement.id !== "content") return;
    const next = event.key === "ArrowDown" ? Math.min(now + 1, rows.length - 1) : Math.max(now - 1, 0);
    event.preventDefault();
    rows[next].focus();
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // Empty fields do not stand in the address.
  for (const form of document.querySelectorAll("form.filters, .top-search")) {
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    });
  }
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form.filters :disabled")) field.disabled = false;
  });

  // What was typed survives an expired form or a closed tab, on this machine only, until it is sent.
  for (const form of document.querySelectorAll("form.match-form")) {
    for (const field of form.querySelectorAll("input[type=text], textarea")) {
      const key = `draft:${location.pathname}:${field.name}`;
      if (!field.value) field.value = sessionStorage.getItem(key) || "";
      field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
    }
  }
})();
