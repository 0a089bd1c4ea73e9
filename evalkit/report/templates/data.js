// The packed conversations: the index at once, the details of a hundred when one is opened.

const opened = new Map();

async function unpack(id) {
  const packed = document.getElementById(id).textContent;
  const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function unpackOnce(id) {
  if (!opened.has(id)) opened.set(id, unpack(id));
  return opened.get(id);
}

async function details(number, part) {
  const conversations = await unpackOnce("part-" + Math.floor(number / part));
  return conversations[number % part];
}

// What a cell shows for all trials of a case: mixed outcomes are flaky.
function outcome(trials) {
  const statuses = new Set(trials.map(([, status]) => status));
  for (const trouble of ["errored", "skipped"]) {
    if (statuses.size > 1) statuses.delete(trouble);
  }
  return statuses.size > 1 ? "flaky" : [...statuses][0];
}

const URGENCY = { broken: 0, failed: 1, flaky: 2, errored: 3, fixed: 4, skipped: 5, passed: 6 };
const LEAST = 9;

// What became of a case since the baseline weighs before how it stands now.
const urgency = (status, change) =>
  Math.min(URGENCY[change?.change] ?? LEAST, URGENCY[status] ?? LEAST);

// Cases that need eyes come first; among equals the order of the suites stays.
function prepare(index) {
  for (const row of index.cases) {
    row.id = `${row.suite}::${row.case}`;
    row.changes ??= row.cells.map(() => null);
    row.outcomes = row.cells.map((trials) => (trials.length ? outcome(trials) : null));
    row.kinds = row.cells.map((trials) => [...new Set(trials.flatMap(([, , kinds]) => kinds))]);
    row.urgency = Math.min(...row.outcomes.map((status, at) => urgency(status, row.changes[at])));
    row.differs =
      new Set(row.outcomes.filter((s) => s in URGENCY && s !== "errored" && s !== "skipped")).size >
      1;
    row.haystack = `${row.id} ${row.tags.join(" ")} ${row.text}`.toLowerCase();
  }
  index.cases.sort((a, b) => a.urgency - b.urgency);
  return index;
}

// Before and now have words of their own; of two providers, one passes where the other does not.
function changeWord(change, [one, other]) {
  if (one === "before") return change;
  const said = {
    broken: `only ${one} passes`,
    fixed: `only ${other} passes`,
    new: `only ${other} was asked`,
    gone: `only ${one} was asked`,
  };
  return said[change] ?? change;
}
