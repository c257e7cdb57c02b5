// Comfort only: arrows and Enter move between cells, a line is saved when it is left; without this file the
// buttons save.
"use strict";
(() => {
  const form = document.querySelector("[data-grid]");
  if (!form) return;
  const words = JSON.parse(form.dataset.words);
  const controls = "input:not([type=hidden]), select, textarea";
  const changed = new Set();

  const cells = (row) => [...row.querySelectorAll("td")].map((cell) => cell.querySelector(controls)).filter(Boolean);

  const move = (from, down, right) => {
    const row = from.closest("tr");
    const rows = [...form.querySelectorAll("tbody tr")];
    const own = cells(row);
    const place = own.findIndex((control) => control.closest("td") === from.closest("td"));
    let line = rows.indexOf(row) + down;
    let column = place + right;
    if (column < 0 || (right && column >= own.length)) return false;
    if (line < 0 || line >= rows.length) return false;
    const target = cells(rows[line])[column];
    if (!target) return false;
    target.focus();
    if (target.select && target.type === "text") target.select();
    return true;
  };

  form.addEventListener("keydown", (event) => {
    const from = event.target.closest("td") && event.target.matches(controls) ? event.target : null;
    if (!from || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const lines = from.matches("textarea");
    const list = from.matches("select");
    const text = from.matches("input:not([type=checkbox])") || lines;
    let done = false;
    if (event.key === "Enter" && !(lines && event.shiftKey)) done = move(from, 1, 0) || (save(from.closest("tr")), true);
    else if (event.key === "ArrowDown" && !list && !lines && from.type !== "date") done = move(from, 1, 0);
    else if (event.key === "ArrowUp" && !list && !lines && from.type !== "date") done = move(from, -1, 0);
    else if (event.key === "ArrowRight" && (!text || (from.type === "text" && from.selectionStart === from.value.length))) done = move(from, 0, 1);
    else if (event.key === "ArrowLeft" && (!text || (from.type === "text" && from.selectionEnd === 0))) done = move(from, 0, -1);
    if (done) event.preventDefault();
  });

  form.addEventListener("input", (event) => changed.add(event.target.closest("tr")));
  form.addEventListener("focusout", (event) => {
    const row = event.target.closest("tr");
    if (row && changed.has(row) && !row.contains(event.relatedTarget)) save(row);
  });

  const say = (row, word) => { row.querySelector("[data-state]").textContent = words[word]; };

  const save = async (row) => {
    if (!changed.delete(row)) return;
    const data = new URLSearchParams();
    data.set("save", row.dataset.row);
    const token = form.querySelector("[name=csrf_token]");
    if (token) data.set("csrf_token", token.value);
    for (const control of row.querySelectorAll("input, select, textarea")) {
      if (control.name && (control.type !== "checkbox" || control.checked)) data.append(control.name, control.value);
    }
    say(row, "saving");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const told = await answer.json();
      for (const place of row.querySelectorAll("[data-fault]")) place.textContent = told.faults[place.dataset.fault] || "";
      if (told.state === "saved" || told.state === "same") {
        row.querySelector("[name$='-revision']").value = told.revision;
        say(row, "saved");
        return;
      }
      say(row, told.state);
    } catch {
      say(row, "lost");
    }
    changed.add(row);
  };

  addEventListener("beforeunload", (event) => { if (changed.size) event.preventDefault(); });
  form.addEventListener("submit", () => changed.clear());
})();
