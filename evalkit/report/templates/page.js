// Filters, keys and addresses: what connects the reader to the list and the open case.

const panel = byId("case");
const controls = {
  text: byId("text"),
  status: byId("status"),
  provider: byId("provider"),
  kind: byId("kind"),
  tag: byId("tag"),
};
let grid;
let opener = null;

function options(select, all, values) {
  select.replaceChildren(
    new Option(all, ""),
    ...values.map(([value, label]) => new Option(seenLine(label), value)),
  );
}

function offerFilters(index) {
  const present = (pick) =>
    [...new Set(index.cases.flatMap(pick))]
      .filter(Boolean)
      .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const same = (value) => [value, value];
  options(controls.status, "Any status", [
    ...present((row) => row.outcomes).map(same),
    ["differs", "providers differ"],
  ]);
  options(
    controls.provider,
    "Any provider",
    index.providers.map((name, column) => [column, name]),
  );
  options(
    controls.kind,
    "Any kind",
    present((row) => row.kinds.flat()).map((kind) => [kind, words(kind)]),
  );
  options(controls.tag, "Any tag", present((row) => row.tags).map(same));
}

function accepted() {
  const terms = controls.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const [status, kind, tag] = [controls.status.value, controls.kind.value, controls.tag.value];
  const column = controls.provider.value === "" ? null : Number(controls.provider.value);
  const fits = (row, at) =>
    row.outcomes[at] &&
    (!status || status === "differs" || row.outcomes[at] === status) &&
    (!kind || row.kinds[at].includes(kind));
  return (row) =>
    terms.every((term) => row.haystack.includes(term)) &&
    (!tag || row.tags.includes(tag)) &&
    (status !== "differs" || row.differs) &&
    (column === null ? row.outcomes.some((_, at) => fits(row, at)) : fits(row, column));
}

const refilter = () => grid.filter(accepted());

function clearFilters() {
  for (const control of Object.values(controls)) control.value = "";
  refilter();
}

function chosen() {
  const fields = new URLSearchParams(location.hash.slice(1));
  const row = fields.has("case") ? grid.find(fields.get("case")) : null;
  return row && { row, provider: fields.get("provider"), trial: Number(fields.get("trial") ?? 0) };
}

// The provider asked for, else the first that needs eyes.
function columnOf({ row, provider }) {
  const named = grid.index.providers.findIndex((name) => addressable(name) === provider);
  if (named >= 0 && row.outcomes[named]) return named;
  const ranked = row.outcomes
    .map((status, at) => [URGENCY[status] ?? 9, at])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return ranked[0][1];
}

async function show() {
  const choice = chosen();
  if (!choice) return hide();
  const { row } = choice;
  const asked = location.hash;
  const column = columnOf(choice);
  const trials = row.cells[column];
  const conversationOf = trials.find(([, , , trial]) => trial === choice.trial) ?? trials[0];
  const [shown, tools] = await Promise.all([
    details(conversationOf[0], grid.index.part),
    unpackOnce("tools"),
  ]);
  if (location.hash !== asked) return; // overtaken by a quicker reader
  const wasHidden = panel.hidden;
  panel.replaceChildren(
    top(row),
    tabs(row, column),
    ...trialTabs(row, column, conversationOf),
    ...caseBody(shown, tools[row.suite] ?? [])
      .flat(9)
      .filter(Boolean),
  );
  panel.hidden = false;
  panel.scrollTop = 0;
  const at = grid.rows.indexOf(row);
  if (at >= 0) grid.moveTo(at, { focus: false });
  if (wasHidden || document.activeElement === document.body) byId("case-title").focus();
}

function top(row) {
  const close = element(
    "button",
    { type: "button", "aria-label": "Close the case" },
    "Close ",
    element("kbd", "Esc"),
  );
  close.addEventListener("click", leave);
  const heading = element("h2", { id: "case-title", tabindex: "-1" }, seen(row.id));
  const tags = row.tags.length ? element("p", seen(row.tags.join(" · "))) : null;
  return element("div", { class: "top" }, element("div", heading, tags), close);
}

function tabs(row, column) {
  const made = row.outcomes.map((status, at) => {
    if (!status) return null;
    return tab(
      at === column,
      address(row.id, grid.index.providers[at]),
      shape(status),
      status,
      grid.index.providers[at],
    );
  });
  return element("div", { class: "tabs", role: "tablist", "aria-label": "Providers" }, made);
}

function trialTabs(row, column, current) {
  const trials = row.cells[column];
  if (trials.length < 2) return [];
  const made = trials.map((trial) =>
    tab(
      trial === current,
      address(row.id, grid.index.providers[column], trial[3]),
      shape(trial[1]),
      trial[1],
      `trial ${trial[3] + 1}`,
    ),
  );
  return [element("div", { class: "tabs", role: "tablist", "aria-label": "Trials" }, made)];
}

function tab(isSelected, target, drawn, status, label) {
  drawn.classList.add(status);
  const made = element(
    "button",
    {
      type: "button",
      role: "tab",
      "aria-selected": String(isSelected),
      "aria-label": `${seenLine(label)}: ${status}`,
    },
    drawn,
    seenLine(label),
  );
  made.addEventListener("click", () => location.replace(target));
  return made;
}

function hide() {
  if (panel.hidden) return;
  panel.hidden = true;
  panel.replaceChildren();
  (grid.link(grid.current) ?? opener)?.focus({ preventScroll: true });
}

function leave() {
  history.replaceState(null, "", location.pathname + location.search);
  hide();
}

function step(by) {
  const to = Math.max(0, Math.min(grid.current + by, grid.rows.length - 1));
  if (panel.hidden) return grid.moveTo(to);
  if (grid.rows[to])
    location.replace(
      address(grid.rows[to].id, new URLSearchParams(location.hash.slice(1)).get("provider")),
    );
}

function stepProvider(by) {
  const found = [...panel.querySelectorAll('[aria-label="Providers"] [role=tab]')];
  const at = found.findIndex((made) => made.getAttribute("aria-selected") === "true");
  found[(at + by + found.length) % found.length]?.click();
}

function toggleHelp() {
  byId("help").hidden = !byId("help").hidden;
  byId("keys").setAttribute("aria-expanded", String(!byId("help").hidden));
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  l: () => panel.hidden || stepProvider(1),
  h: () => panel.hidden || stepProvider(-1),
  "/": () => controls.text.focus(),
  "?": toggleHelp,
  Escape: leave,
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.closest("input, select");
  if (isTyping) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (
    event.key === "Enter" &&
    panel.hidden &&
    grid.current >= 0 &&
    event.target === document.body
  ) {
    grid.link(grid.current)?.click();
  }
  if (event.key in KEYS) {
    event.preventDefault();
    KEYS[event.key]();
  }
}

// On paper everything is unfolded and every row exists; afterwards all is as it was.
function unfold() {
  grid.isPrinted = true;
  for (const more of document.querySelectorAll(".more")) {
    more.classList.toggle("folded", !more.open);
    more.open = true;
  }
  grid.draw();
}

function refold() {
  grid.isPrinted = false;
  for (const more of document.querySelectorAll(".more.folded")) more.open = false;
  grid.draw();
}

async function start() {
  if (!("DecompressionStream" in window)) {
    byId("broken").hidden = false;
    return;
  }
  grid = new Grid(prepare(await unpack("index")));
  offerFilters(grid.index);
  refilter();
  controls.text.addEventListener("input", refilter);
  for (const name of ["status", "provider", "kind", "tag"])
    controls[name].addEventListener("change", refilter);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  document.querySelector(".filters").addEventListener("reset", () => setTimeout(clearFilters));
  byId("clear").addEventListener("click", clearFilters);
  byId("keys").addEventListener("click", toggleHelp);
  document.addEventListener("keydown", pressed);
  window.addEventListener("hashchange", show);
  window.addEventListener("beforeprint", unfold);
  window.addEventListener("afterprint", refold);
  await show();
  document.documentElement.dataset.ready = Math.round(performance.now());
}

start();
