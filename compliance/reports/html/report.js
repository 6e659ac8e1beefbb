
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { policies, resources, answers, texts, waivers } = data;
  const glyphs = { F: "✕", U: "?", W: "~", P: "✓", "-": "·" };
  const words = { F: "failed", U: "undetermined", W: "waived", P: "passed", "-": "not applicable" };
  const byId = (id) => document.getElementById(id);

  const element = (name, properties = {}, ...children) => {
    const made = document.createElement(name);
    Object.assign(made, properties);
    made.append(...children);
    return made;
  };

  // The matrix: one button per answer, moved through with the arrow keys.
  const rows = [];
  const buttons = [];
  const heads = resources.map((resource, column) => {
    const label = element("span", { textContent: resource.name });
    const head = element("th", { scope: "col", title: `${resource.name}\n${resource.type}` }, label);
    if (column === 0 || resources[column - 1].component !== resource.component) {
      head.classList.add("first");
    }
    return head;
  });
  const table = element("table");
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", "Answers of every policy for every resource");
  table.append(
    element("thead", {}, element("tr", {}, element("th", { textContent: "policy" }), ...heads)),
  );
  const tbody = table.appendChild(element("tbody"));
  policies.forEach((policy, row) => {
    const line = element("tr", {}, element("th", { scope: "row", title: policy.sentence, textContent: policy.name }));
    buttons.push(
      resources.map((resource, column) => {
        const [code] = answers[row][column];
        const button = element("button", { type: "button", textContent: glyphs[code], tabIndex: -1 });
        button.className = code === "-" ? "N" : code;
        button.dataset.row = row;
        button.dataset.column = column;
        button.setAttribute("aria-label", `${policy.name} on ${resource.name}: ${words[code]}`);
        const cell = element("td", {}, button);
        if (heads[column].classList.contains("first")) cell.classList.add("first");
        line.append(cell);
        return button;
      }),
    );
    tbody.append(line);
    rows.push(line);
  });
  const blocks = ([code]) => code === "F" || code === "U";
  rows.forEach((line, row) => line.classList.toggle("flawed", answers[row].some(blocks)));
  heads.forEach((head, column) => head.classList.toggle("flawed", answers.some((line) => blocks(line[column]))));
  byId("grid").append(table);
  byId("filters").hidden = false;
  byId("legend").hidden = false;

  // Filters.
  const policyTexts = policies.map((policy) =>
    [policy.name, policy.sentence, policy.severity, ...policy.requirements].join(" ").toLowerCase(),
  );
  const resourceTexts = resources.map((resource) =>
    [resource.name, resource.type, resource.component, resource.urn].join(" ").toLowerCase(),
  );
  const matching = (list, query) => {
    const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
    return list.map((text) => terms.every((term) => text.includes(term)));
  };
  let visible = { rows: [], columns: [] };
  const filter = () => {
    const outcome = byId("by-outcome").value;
    const rowFits = matching(policyTexts, byId("by-policy").value);
    const columnFits = matching(resourceTexts, byId("by-resource").value);
    const hit = (row, column) => !outcome || answers[row][column][0] === outcome;
    const some = (fits, test) => fits.some((fit, index) => fit && test(index));
    const shownRows = rowFits.map((fit, row) => fit && some(columnFits, (column) => hit(row, column)));
    const shownColumns = columnFits.map((fit, column) => fit && some(rowFits, (row) => hit(row, column)));
    heads.forEach((head, column) => { head.hidden = !shownColumns[column]; });
    let count = 0;
    buttons.forEach((line, row) => {
      rows[row].hidden = !shownRows[row];
      line.forEach((button, column) => {
        button.parentElement.hidden = !shownColumns[column];
        const hits = hit(row, column);
        button.classList.toggle("dim", !hits);
        if (outcome && hits && shownRows[row] && shownColumns[column]) count += 1;
      });
    });
    const kept = (shown) => shown.flatMap((is, index) => (is ? [index] : []));
    visible = { rows: kept(shownRows), columns: kept(shownColumns) };
    const matched = outcome ? `, ${count} ${words[outcome]}` : "";
    byId("shown").textContent =
      `${visible.rows.length} policies, ${visible.columns.length} resources${matched}`;
    rove();
  };

  let current = null;
  const rove = (button) => {
    const first = visible.rows.length && visible.columns.length
      ? buttons[visible.rows[0]][visible.columns[0]] : null;
    const next = button || first;
    if (current) current.tabIndex = -1;
    current = next;
    if (current) current.tabIndex = 0;
  };
  table.addEventListener("keydown", (event) => {
    const button = event.target.closest("button");
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!button || !steps[event.key]) return;
    event.preventDefault();
    const clamp = (list, value, step) =>
      list[Math.min(Math.max(list.indexOf(value) + step, 0), list.length - 1)];
    const row = clamp(visible.rows, Number(button.dataset.row), steps[event.key][0]);
    const column = clamp(visible.columns, Number(button.dataset.column), steps[event.key][1]);
    rove(buttons[row][column]);
    current.focus();
  });
  for (const id of ["by-policy", "by-resource", "by-outcome"]) byId(id).addEventListener("input", filter);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(filter));

  // One answer's evidence.
  const dialog = byId("detail");
  const show = (row, column) => {
    const policy = policies[row];
    const resource = resources[column];
    const [code, text = -1, path = null, waiver = null] = answers[row][column];
    const facts = [
      ["resource", resource.name],
      ["source", resource.source],
      ["type", resource.type],
      ["URN", resource.urn],
      ["property", path],
      ["waiver", waiver === null ? null : waivers[waiver]],
      ["severity", policy.severity],
      ["clauses", policy.requirements.join(", ")],
      ["remedy", code === "F" || code === "U" || code === "W" ? policy.remediation : null],
    ].filter(([, value]) => value);
    const close = element("button", { type: "button", className: "close", textContent: "Close" });
    close.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(
      element("h3", { id: "detail-title", textContent: policy.name }),
      element("p", { className: "quiet", textContent: policy.sentence }),
      element("p", {}, element("span", { className: `state ${code === "-" ? "N" : code}`, textContent: `${glyphs[code]} ${words[code]}` })),
      ...(text >= 0 ? [element("p", { className: "message", textContent: texts[text] })] : []),
      element("dl", {}, ...facts.flatMap(([name, value]) => [
        element("dt", { textContent: name }), element("dd", {}, element("code", { textContent: value })),
      ])),
      close,
    );
    dialog.showModal();
  };
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    rove(button);
    show(Number(button.dataset.row), Number(button.dataset.column));
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  // The architecture: a box lights its arrows, a resource narrows the matrix.
  const drawing = document.querySelector(".architecture");
  if (drawing) {
    const edges = [...drawing.querySelectorAll(".edge")];
    const light = (box) => {
      drawing.classList.toggle("focused", box !== undefined);
      for (const edge of edges) {
        edge.classList.toggle("lit", edge.dataset.from === box || edge.dataset.to === box);
      }
    };
    for (const kind of ["pointerover", "focusin"]) {
      drawing.addEventListener(kind, (event) => light(event.target.closest(".box")?.dataset.box));
    }
    for (const kind of ["pointerleave", "focusout"]) drawing.addEventListener(kind, () => light());
    drawing.addEventListener("click", (event) => {
      const row = event.target.closest("a.row");
      if (!row) return;
      byId("filters").reset();
      byId("by-resource").value = row.dataset.urn;
      setTimeout(filter);
    });
  }

  // Light and dark.
  const root = document.documentElement;
  const theme = byId("theme");
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const label = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; label(); });
  label();
  filter();
})();
