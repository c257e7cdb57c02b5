// Comfort only: sliders beside the numbers, and meetings moved in the timetable by keys or mouse; without this
// file the numbers and the form below the timetable do the same.
"use strict";
(() => {
  for (const slider of document.querySelectorAll(".plan-slider")) {
    const field = document.getElementById(slider.dataset.for);
    slider.hidden = false;
    slider.addEventListener("input", () => (field.value = slider.value));
    field.addEventListener("input", () => field.value !== "" && (slider.value = field.value));
  }

  const grid = document.querySelector("[data-plan-grid]");
  const form = document.querySelector("[data-plan-move]");
  if (!grid || !form) return;
  const status = document.querySelector("[data-plan-status]");
  const help = document.querySelector("[data-plan-help]");
  const rows = [...grid.tBodies[0].rows].map((row) => [...row.cells].filter((cell) => cell.tagName === "TD"));
  let chosen = null;

  grid.setAttribute("role", "grid");
  help.hidden = false;
  for (const cell of rows.flat()) {
    cell.tabIndex = -1;
    cell.draggable = Boolean(cell.dataset.pair);
  }
  const first = rows.flat().find((cell) => cell.dataset.pair) || rows[0]?.[0];
  if (first) first.tabIndex = 0;

  const choose = (cell) => {
    chosen?.classList.remove("plan-chosen");
    chosen?.removeAttribute("aria-selected");
    chosen = cell;
    if (!cell) return;
    cell.classList.add("plan-chosen");
    cell.setAttribute("aria-selected", "true");
    form.elements.pair.value = cell.dataset.pair;
    status.textContent = status.dataset.chosen + cell.dataset.label;
  };

  const drop = (cell) => {
    if (!chosen || cell === chosen || cell.classList.contains("plan-closed")) {
      choose(null);
      status.textContent = status.dataset.left;
      return;
    }
    form.elements.slot.value = cell.dataset.slot;
    form.elements.table.value = cell.dataset.table;
    status.textContent = status.dataset.dropped;
    form.submit();
  };

  const act = (cell) => (chosen ? drop(cell) : cell.dataset.pair && choose(cell));

  const focus = (cell) => {
    for (const other of rows.flat()) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  };

  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (steps[event.key]) {
      const row = rows.findIndex((cells) => cells.includes(cell));
      const [down, right] = steps[event.key];
      const next = rows[row + down]?.[rows[row].indexOf(cell) + right];
      if (next) focus(next);
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === " ") {
      act(cell);
      event.preventDefault();
    } else if (event.key === "Escape" && chosen) {
      choose(null);
      status.textContent = status.dataset.left;
    }
  });
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    focus(cell);
    act(cell);
  });
  grid.addEventListener("dragstart", (event) => {
    const cell = event.target.closest("td[data-pair]");
    if (!cell) return;
    choose(cell);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", cell.dataset.label);
  });
  grid.addEventListener("dragover", (event) => {
    if (chosen && event.target.closest("td[data-slot]:not(.plan-closed)")) event.preventDefault();
  });
  grid.addEventListener("drop", (event) => {
    const cell = event.target.closest("td[data-slot]");
    event.preventDefault();
    if (cell) drop(cell);
  });
})();
