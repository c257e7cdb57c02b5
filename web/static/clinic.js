// Comfort only: the panel answers while somebody writes; without this file the button “check” does the same.
"use strict";
(() => {
  const WAIT = 600;
  const LINES = ["name", "current", "target", "unit", "comparator"];

  const build = (panel) => {
    const form = panel.closest("form");
    const body = panel.querySelector("[data-clinic-body]");
    const status = panel.querySelector("[data-clinic-status]");
    const adopt = panel.querySelector("[data-clinic-adopt]");
    if (!form || !body) return;
    if (adopt) adopt.hidden = true;
    let timer = 0;
    let running = false;
    let again = false;

    const say = (text) => { status.textContent = text; };

    const dress = () => {
      for (const tick of body.querySelectorAll(".proposal-tick input")) tick.hidden = true;
      for (const button of body.querySelectorAll("button[data-fill]")) button.hidden = false;
    };

    const ask = async () => {
      if (running) {
        again = true;
        return;
      }
      running = true;
      say(panel.dataset.working);
      const held = document.activeElement && body.contains(document.activeElement);
      try {
        const answer = await fetch(panel.dataset.clinic, { method: "POST", body: data(), credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        body.innerHTML = await answer.text();
        dress();
        const summary = body.querySelector("[data-clinic-summary]");
        say(summary ? summary.textContent : "");
        if (held) panel.querySelector("[data-clinic-check]").focus();
      } catch {
        say(panel.dataset.failed);
      }
      running = false;
      if (again) {
        again = false;
        ask();
      }
    };

    // Files stay where they are: only what is written is looked at.
    const data = () => {
      const sent = new FormData();
      for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "adopt") sent.append(name, value);
      return sent;
    };

    const field = (names) => names.map((name) => form.elements[name]).find(Boolean);
    const changed = (element) => {
      for (const kind of ["input", "change"]) element.dispatchEvent(new Event(kind, { bubbles: true }));
    };

    const choose = (group, values, told) => {
      const parts = group instanceof RadioNodeList ? [...group] : [group];
      for (const part of parts) {
        if (part.type === "checkbox" || part.type === "radio") part.checked = values.includes(part.value);
        else if (part.multiple) for (const option of part.options) option.selected = values.includes(option.value);
        else part.value = part.tagName === "SELECT" ? values[0] : told;
      }
      changed(parts[0]);
      return parts[0];
    };

    const addLine = (line) => {
      let place = 0;
      while (form.elements[`indicator-${place}-name`] && form.elements[`indicator-${place}-name`].value.trim()) place += 1;
      if (!form.elements[`indicator-${place}-name`]) {
        const more = form.querySelector("[data-add-indicator]");
        if (more) more.click();
      }
      const first = form.elements[`indicator-${place}-name`];
      if (!first) return null;
      for (const part of LINES) {
        const input = form.elements[`indicator-${place}-${part}`];
        if (input) input.value = line[part];
      }
      changed(first);
      return first;
    };

    const fill = (wanted) => {
      if (wanted.indicator) return addLine(wanted.indicator);
      const found = field(wanted.names);
      if (!found) return null;
      if (wanted.values) return choose(found, wanted.values, wanted.told);
      if (found.tagName === "SELECT") return choose(found, [wanted.value], wanted.told);
      if (wanted.append) found.value = found.value.trim() ? `${found.value.trimEnd()}\n${wanted.append}` : wanted.append;
      else found.value = wanted.told || wanted.value;
      changed(found);
      return found;
    };

    body.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-fill]");
      if (!button) return;
      const filled = fill(JSON.parse(button.dataset.fill));
      const text = filled ? panel.dataset.adopted : panel.dataset.noField;
      say(text.replace("#", button.dataset.name));
      if (!filled) return;
      const folded = filled.closest("details");
      if (folded) folded.open = true;
      filled.focus();
    });

    form.addEventListener("input", (event) => {
      if (panel.contains(event.target)) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, WAIT);
    });
    panel.querySelector("[data-clinic-check]").addEventListener("click", (event) => {
      event.preventDefault();
      window.clearTimeout(timer);
      ask();
    });
    dress();
  };

  for (const panel of document.querySelectorAll("[data-clinic]")) build(panel);
})();
