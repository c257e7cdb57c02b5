// Comfort of the posting forms: what was typed survives a lost session in this tab; Ctrl+Enter submits.
"use strict";
(() => {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const revision = form.elements.namedItem("revision");  // what was saved since is never covered by what was typed before
    const key = `typed:${location.pathname}${location.search}:${revision ? revision.value : ""}`;
    const fields = () => [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "file" && one.type !== "submit");
    const typed = JSON.parse(sessionStorage.getItem(key) || "null");
    const untouched = !form.querySelector("[aria-invalid]");
    if (typed && untouched) {
      for (const one of fields()) {
        const value = typed[`${one.name}=${one.type === "checkbox" || one.type === "radio" ? one.value : ""}`];
        if (value === undefined || one.name === "declared") continue;
        if (one.type === "checkbox" || one.type === "radio") one.checked = value;
        else one.value = value;
      }
    }
    form.addEventListener("input", () => {
      const now = {};
      for (const one of fields()) {
        const ticks = one.type === "checkbox" || one.type === "radio";
        now[`${one.name}=${ticks ? one.value : ""}`] = ticks ? one.checked : one.value;
      }
      sessionStorage.setItem(key, JSON.stringify(now));
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit(form.querySelector("button.btn-primary[type=submit]"));
      }
    });
  }
  // A page that follows a good save forgets what was typed on the pages before it.
  if (!document.querySelector("form[data-keep] [aria-invalid]") && document.querySelector(".notice.done")) {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("typed:")) sessionStorage.removeItem(key);
  }

  for (const table of document.querySelectorAll("[data-rows]")) {
    const button = table.querySelector("[data-add-row]");
    button.addEventListener("click", (event) => {
      const rows = table.querySelectorAll(".need-row");
      if (rows.length >= 60) return;
      event.preventDefault();
      const last = rows[rows.length - 1];
      const made = last.cloneNode(true);
      const place = rows.length;
      made.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+/, place + 1));
      for (const one of made.querySelectorAll("[name]")) {
        one.name = one.name.replace(/\d+/, place);
        one.id = one.name;
        one.value = "";
      }
      for (const one of made.querySelectorAll("label")) one.htmlFor = one.htmlFor.replace(/\d+/, place);
      last.after(made);
      made.querySelector("input").focus();
    });
  }
})();
