
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

  // The matrix: one button per answer, moved through with the arrow keys. Only the columns in sight
  // are in the document, and some beside them; the canvas is as wide as all of them together.
  const beside = 16;
  const grid = byId("grid");
  const blocks = ([code]) => code === "F" || code === "U";
  const at = (place, cell) => {
    cell.setAttribute("aria-colindex", place);
    return cell;
  };
  const policyHead = at(1, element("th", { textContent: "policy" }));
  const headRow = element("tr");
  const rows = policies.map((policy, row) => element(
    "tr",
    { className: answers[row].some(blocks) ? "flawed" : "" },
    at(1, element("th", { scope: "row", title: policy.sentence, textContent: policy.name })),
  ));
  const tbody = element("tbody", {}, ...rows);
  const table = element("table", {}, element("thead", {}, headRow), tbody);
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", "Answers of every policy for every resource");
  const canvas = element("div", {}, table);
  grid.append(canvas);
  byId("filters").hidden = false;
  byId("legend").hidden = false;

  const styles = resources.map((resource, column) => [
    column === 0 || resources[column - 1].component !== resource.component ? "first" : "",
    answers.some((line) => blocks(line[column])) ? "flawed" : "",
  ]);
  const head = (column, place) => {
    const { name, type } = resources[column];
    const label = element("span", { textContent: name });
    return at(place, element("th", { scope: "col", title: `${name}\n${type}`, className: styles[column].join(" ") }, label));
  };
  const cell = (row) => (column, place) => {
    const [code] = answers[row][column];
    const dim = words[outcome] && code !== outcome ? " dim" : "";
    const button = element("button", { type: "button", textContent: glyphs[code], tabIndex: -1 });
    button.className = (code === "-" ? "N" : code) + dim;
    button.dataset.row = row;
    button.dataset.column = column;
    button.setAttribute("aria-label", `${policies[row].name} on ${resources[column].name}: ${words[code]}`);
    return at(place, element("td", { className: styles[column][0] }, button));
  };

  let outcome = "";
  let visible = { rows: [], columns: [] };
  let drawn = { from: 0, to: 0 };
  let current = { row: 0, column: 0 };
  let width = 26;
  // Without a choice: what is judged at all, so no row or column that is all "not applicable".
  const hit = (row, column) => {
    const [code] = answers[row][column];
    return outcome === "all" || (outcome ? code === outcome : code !== "-");
  };
  const inSight = () => {
    const from = Math.floor(grid.scrollLeft / width);
    return { from, to: Math.min(from + Math.ceil(grid.clientWidth / width), visible.columns.length) };
  };
  const draw = () => {
    const focused = tbody.contains(document.activeElement);
    const { from, to } = inSight();
    drawn = { from: Math.max(from - beside, 0), to: to + beside };
    const columns = visible.columns.slice(drawn.from, drawn.to);
    const each = (make) => columns.map((column, index) => make(column, drawn.from + index + 2));
    headRow.replaceChildren(policyHead, ...each(head));
    const shown = new Set(visible.rows);
    rows.forEach((line, row) => {
      line.hidden = !shown.has(row);
      line.replaceChildren(line.firstChild, ...(line.hidden ? [] : each(cell(row))));
    });
    table.setAttribute("aria-colcount", visible.columns.length + 1);
    width = tbody.querySelector("td")?.getBoundingClientRect().width || width;
    canvas.style.paddingLeft = `${drawn.from * width}px`;
    canvas.style.width = `${policyHead.offsetWidth + visible.columns.length * width}px`;
    grid.style.scrollPaddingLeft = `${policyHead.offsetWidth}px`;
    const nearest = (list, index) => list.findLast((one) => one <= index) ?? list[0];
    const button = rove(nearest(visible.rows, current.row), nearest(columns, current.column));
    if (focused) button?.focus({ preventScroll: true });
  };
  const rove = (row, column) => {
    const before = tbody.querySelector("button[tabindex='0']");
    const button = tbody.querySelector(`[data-row="${row}"][data-column="${column}"]`);
    if (before) before.tabIndex = -1;
    if (button) button.tabIndex = 0;
    current = { row, column };
    return button;
  };
  grid.addEventListener("scroll", () => {
    const { from, to } = inSight();
    if (from < drawn.from || to > drawn.to) draw();
  });
  addEventListener("resize", draw);

  grid.addEventListener("focusin", ({ target }) => {
    if (target.matches("button")) rove(Number(target.dataset.row), Number(target.dataset.column));
  });
  grid.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!event.target.closest("button") || !steps[event.key]) return;
    event.preventDefault();
    const clamp = (list, value, step) =>
      Math.min(Math.max(list.indexOf(value) + step, 0), list.length - 1);
    const row = visible.rows[clamp(visible.rows, current.row, steps[event.key][0])];
    const place = clamp(visible.columns, current.column, steps[event.key][1]);
    if (place < drawn.from || place >= drawn.to) {
      grid.scrollLeft = place * width;
      draw();
    }
    rove(row, visible.columns[place]).focus();
  });

  // Filters.
  const policyTexts = policies.map((policy) =>
    [policy.name, policy.sentence, policy.severity, ...policy.requirements].join(" ").toLowerCase(),
  );
  const resourceTexts = resources.map((resource) =>
    [resource.name, resource.type, resource.component, resource.urn].join(" ").toLowerCase(),
  );
  const matching = (list, query) => {
    const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
    return [...list.keys()].filter((index) => terms.every((term) => list[index].includes(term)));
  };
  const filter = () => {
    outcome = byId("by-outcome").value;
    const rowFits = matching(policyTexts, byId("by-policy").value);
    const columnFits = matching(resourceTexts, byId("by-resource").value);
    visible = {
      rows: rowFits.filter((row) => columnFits.some((column) => hit(row, column))),
      columns: columnFits.filter((column) => rowFits.some((row) => hit(row, column))),
    };
    const hits = visible.rows.flatMap((row) => visible.columns.filter((column) => hit(row, column)));
    const matched = words[outcome] ? `, ${hits.length} ${words[outcome]}` : "";
    byId("shown").textContent =
      `${visible.rows.length} policies, ${visible.columns.length} resources${matched}`;
    grid.scrollLeft = 0;
    current = { row: 0, column: 0 };
    draw();
  };
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
      ["clauses", policy.requirements.join("\n")],
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
    button.focus();
    show(current.row, current.column);
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
