// Filters, keys and addresses: what connects the reader to the list and the open case.

const panel = byId("case");
const controls = {
  text: byId("text"),
  status: byId("status"),
  provider: byId("provider"),
  kind: byId("kind"),
  tag: byId("tag"),
  change: byId("change"),
};
const CHANGED = "changed";
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
  const changes = present((row) => row.changes.map((since) => since?.change));
  controls.change.hidden = !changes.length;
  options(controls.change, "Changed or not", [
    [CHANGED, "any change"],
    ...changes.map((change) => [change, changeWord(change, index.sides)]),
  ]);
}

function accepted() {
  const terms = controls.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const [status, kind, tag] = [controls.status.value, controls.kind.value, controls.tag.value];
  const column = controls.provider.value === "" ? null : Number(controls.provider.value);
  const change = controls.change.value;
  const fits = (row, at) =>
    (row.outcomes[at] || row.changes[at]) &&
    (!status || status === "differs" || row.outcomes[at] === status) &&
    (!kind || row.kinds[at].includes(kind)) &&
    (!change || (change === CHANGED ? row.changes[at] : row.changes[at]?.change === change));
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
  if (!row) return null;
  const column = columnOf(row, fields.get("provider"));
  const trials = row.cells[column];
  const trial = Number(fields.get("trial") ?? 0);
  return {
    row,
    column,
    conversation: trials.find(([, , , number]) => number === trial) ?? trials[0],
    beside: fields.get("beside") ?? (hasBefore(row, column) ? BEFORE : ALONE),
  };
}

const hasBefore = (row, column) => row.changes[column]?.before != null;

// The provider asked for, else the first that needs eyes.
function columnOf(row, provider) {
  const named = grid.index.providers.findIndex((name) => addressable(name) === provider);
  if (named >= 0 && (row.outcomes[named] || row.changes[named])) return named;
  const ranked = row.outcomes
    .map((status, at) => [urgency(status, row.changes[at]), at])
    .filter(([, at]) => row.outcomes[at] || row.changes[at])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return ranked[0][1];
}

// What stands beside: its name, the number of its conversation, and why it came out otherwise.
function otherSide({ row, column, conversation, beside }) {
  if (!conversation) return null;
  if (beside === BEFORE && hasBefore(row, column)) {
    const { before, why } = row.changes[column];
    return { name: grid.index.sides[0], number: before, why };
  }
  const at = grid.index.providers.findIndex((name) => PROVIDER + addressable(name) === beside);
  if (at < 0 || at === column || !row.cells[at].length) return null;
  return { name: grid.index.providers[at], number: row.cells[at][0][0] };
}

async function show() {
  const choice = chosen();
  if (!choice) return hide();
  const asked = location.hash;
  const { row, column } = choice;
  const body = (await bodyOf(choice)).flat(9).filter(Boolean);
  if (location.hash !== asked) return; // overtaken by a quicker reader
  const wasHidden = panel.hidden;
  panel.classList.toggle("wide", otherSide(choice) !== null);
  panel.replaceChildren(
    top(row),
    tabs(row, column),
    ...trialTabs(row, column, choice.conversation),
    ...besideChoice(choice),
    ...body,
  );
  panel.hidden = false;
  panel.scrollTop = 0;
  const at = grid.rows.indexOf(row);
  if (at >= 0) grid.moveTo(at, { focus: false });
  if (wasHidden || document.activeElement === document.body) byId("case-title").focus();
}

async function bodyOf(choice) {
  const { row, column, conversation } = choice;
  const other = otherSide(choice);
  const [shown, beside, tools] = await Promise.all([
    details(conversation?.[0] ?? row.changes[column].before, grid.index.part),
    other && details(other.number, grid.index.part),
    unpackOnce("tools"),
  ]);
  if (!beside) return caseBody(shown, tools[row.suite] ?? []);
  if (choice.beside !== BEFORE)
    return besideBody([grid.index.providers[column], shown], [other.name, beside]);
  return besideBody([other.name, beside], [grid.index.sides[1], shown], other.why);
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
    const change = row.changes[at]?.change;
    if (!status && !change) return null;
    return tab(
      at === column,
      address(row.id, grid.index.providers[at]),
      status ?? "skipped",
      [grid.index.providers[at], change && changeWord(change, grid.index.sides)],
    );
  });
  return element("div", { class: "tabs", role: "tablist", "aria-label": "Providers" }, made);
}

// What to put beside the conversation: nothing, the same provider before, or another provider.
function besideChoice(choice) {
  const { row, column, conversation } = choice;
  const others = grid.index.providers.filter((_, at) => at !== column && row.cells[at].length);
  if (!conversation || !(others.length || hasBefore(row, column))) return [];
  const select = element("select", { id: "beside" });
  options(select, "nothing", [
    ...(hasBefore(row, column) ? [[BEFORE, grid.index.sides[0]]] : []),
    ...others.map((name) => [PROVIDER + addressable(name), name]),
  ]);
  select.options[0].value = ALONE;
  select.value = choice.beside;
  select.addEventListener("change", () => {
    const aside = { trial: conversation[3], beside: select.value };
    location.replace(address(row.id, grid.index.providers[column], aside));
  });
  return [element("p", { class: "beside" }, element("label", { for: "beside" }, "Beside it "), select)];
}

function trialTabs(row, column, current) {
  const trials = row.cells[column];
  if (trials.length < 2) return [];
  const made = trials.map((trial) =>
    tab(
      trial === current,
      address(row.id, grid.index.providers[column], { trial: trial[3] }),
      trial[1],
      [`trial ${trial[3] + 1}`],
    ),
  );
  return [element("div", { class: "tabs", role: "tablist", "aria-label": "Trials" }, made)];
}

function tab(isSelected, target, status, labels) {
  const drawn = shape(status);
  drawn.classList.add(status);
  const [label, note] = labels.map((text) => text && seenLine(text));
  const made = element(
    "button",
    {
      type: "button",
      role: "tab",
      "aria-selected": String(isSelected),
      "aria-label": `${label}: ${status}${note ? `, ${note}` : ""}`,
    },
    drawn,
    label,
    note && element("small", note),
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
  const kept = new URLSearchParams(location.hash.slice(1));
  const aside = { beside: kept.get("beside") };
  if (grid.rows[to]) location.replace(address(grid.rows[to].id, kept.get("provider"), aside));
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
  for (const name of ["status", "provider", "kind", "tag", "change"])
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
