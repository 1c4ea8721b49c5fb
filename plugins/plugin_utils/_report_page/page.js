// Copyright (c) 2026 perimeter.s3 contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

"use strict";
// Searches, sorts, folds and copies. Without it the page has all that it has with it.
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const rowsOf = (id) => all(":scope > [data-row]", document.getElementById(id));
  const words = new WeakMap();
  const textOf = (row) => {
    if (!words.has(row)) words.set(row, row.textContent.toLowerCase());
    return words.get(row);
  };

  for (const tool of all(".js")) tool.hidden = false;

  for (const input of all("[data-filters]")) {
    const id = input.dataset.filters;
    const told = document.querySelector(`[data-told="${id}"]`);
    input.addEventListener("input", () => {
      const sought = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      const rows = rowsOf(id);
      let shown = 0;
      for (const row of rows) {
        const fits = sought.every((word) => textOf(row).includes(word));
        row.hidden = !fits;
        shown += fits;
      }
      told.textContent = sought.length ? `${shown} of ${rows.length}` : "";
    });
  }

  for (const [name, open] of [["unfold", true], ["fold", false]]) {
    for (const button of all(`[data-${name}]`)) {
      button.addEventListener("click", () => {
        for (const row of rowsOf(button.dataset[name])) if (!row.hidden) row.open = open;
      });
    }
  }

  const RANK = ["failed", "critical", "major", "minor", "as declared"];
  const KEYS = {
    text: (text) => text,
    state: (text) => RANK.indexOf(text),
    number: (text) => -Number(text || 0),
  };
  for (const head of all("th[data-sorts]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const body = head.closest("table").tBodies[0];
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = KEYS[head.dataset.sorts];
      const keyed = [...body.rows].map((row) => [key(row.cells[head.cellIndex].textContent), row]);
      keyed.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0) * (down ? -1 : 1));
      body.replaceChildren(...keyed.map(([, row]) => row));
    });
  }

  for (const button of all("button.copy")) {
    button.addEventListener("click", async () => {
      const code = button.closest(".paste").querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }

  // Printed, all is open, but for lists of thousands.
  const opened = [];
  addEventListener("beforeprint", () => {
    for (const one of all("details:not([open]):not([data-big])")) {
      one.open = true;
      opened.push(one);
    }
  });
  addEventListener("afterprint", () => {
    for (const one of opened.splice(0)) one.open = false;
  });

  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) target.closest("details")?.setAttribute("open", "");
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
