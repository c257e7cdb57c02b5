// Comfort only: suggestions below a field for codes; without this file the typed name is looked up by the server.
"use strict";
(() => {
  const WAIT = 120;
  let number = 0;

  const build = (box) => {
    const input = box.querySelector("input");
    if (!input) return;
    const several = box.hasAttribute("data-several");
    const list = document.createElement("ul");
    const said = document.createElement("p");
    list.id = `picker-${(number += 1)}`;
    list.className = "picker-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.dataset.list);
    list.hidden = true;
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    input.after(list, said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    input.autocomplete = "off";

    let items = [];
    let chosen = -1;
    let timer = 0;
    let asked = 0;
    let composing = false;

    const parts = () => (several ? input.value.split(/[；;]/) : [input.value]);
    const typed = () => parts().at(-1).trim();
    const close = () => {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (place) => {
      chosen = place;
      [...list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === place)));
      if (place < 0) input.removeAttribute("aria-activedescendant");
      else {
        input.setAttribute("aria-activedescendant", list.children[place].id);
        list.children[place].scrollIntoView({ block: "nearest" });
      }
    };
    const take = (item) => {
      input.value = several ? [...parts().slice(0, -1).map((part) => part.trim()), item.text].join("；") : item.text;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      close();
    };
    const show = (found) => {
      items = found;
      list.replaceChildren(
        ...found.map((item, at) => {
          const line = document.createElement("li");
          const code = document.createElement("span");
          line.id = `${list.id}-${at}`;
          line.setAttribute("role", "option");
          line.textContent = item.text === `${item.code} ${item.name}` ? item.name : item.text;
          code.className = "code";
          code.textContent = item.code;
          line.append(code);
          line.addEventListener("mousedown", (event) => event.preventDefault());
          line.addEventListener("click", () => take(item));
          return line;
        }),
      );
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(!!found.length));
      said.textContent = found.length ? box.dataset.found.replace("#", found.length) : box.dataset.none;
      mark(-1);
    };
    const look = async () => {
      const mine = (asked += 1);
      const address = new URL(box.dataset.picker, location.href);
      address.searchParams.set("q", typed());
      address.searchParams.set("lang", document.documentElement.lang.startsWith("en") ? "en" : "zh");
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        if (answer.ok && mine === asked && document.activeElement === input) show((await answer.json()).items);
      } catch {
        close();
      }
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(look, WAIT);
    };

    input.addEventListener("compositionstart", () => (composing = true));
    input.addEventListener("compositionend", () => {
      composing = false;
      soon();
    });
    input.addEventListener("input", () => composing || soon());
    input.addEventListener("blur", () => {
      asked += 1;
      clearTimeout(timer);
      close();
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" && list.hidden) look();
      else if (list.hidden) return;
      else if (event.key === "ArrowDown") mark(Math.min(chosen + 1, items.length - 1));
      else if (event.key === "ArrowUp") mark(Math.max(chosen - 1, -1));
      else if (event.key === "Enter" && chosen >= 0) take(items[chosen]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
  };

  for (const box of document.querySelectorAll("[data-picker]")) build(box);
})();
