// The list of cases. Only the rows in sight exist, so that ten thousand scroll as well as ten.

const MARGIN = 6;
const byId = (id) => document.getElementById(id);

class Grid {
  constructor(index) {
    this.index = index;
    this.rows = index.cases;
    this.current = -1;
    this.isPrinted = false;
    this.measure();
    byId("grid").style.setProperty("--columns", index.providers.length);
    byId("head").className = "row";
    byId("head").append(
      element("span", { role: "columnheader" }, "Case"),
      ...index.providers.map((name) =>
        element("span", { role: "columnheader", title: seenLine(name) }, seenLine(name)),
      ),
    );
    byId("window").addEventListener("scroll", () => requestAnimationFrame(() => this.draw()), {
      passive: true,
    });
    new ResizeObserver(() => {
      this.measure();
      this.draw();
    }).observe(byId("window"));
  }

  // Rows are higher where a name may need two lines; the style says when.
  measure() {
    this.height = parseInt(getComputedStyle(document.documentElement).getPropertyValue("--row"));
    byId("rows").style.height = `${this.rows.length * this.height}px`;
  }

  filter(accepts) {
    const kept = this.rows[this.current];
    this.rows = this.index.cases.filter(accepts);
    this.current = kept ? this.rows.indexOf(kept) : -1;
    const all = this.index.cases.length;
    byId("shown").textContent =
      this.rows.length === all ? `${all}` : `${this.rows.length} of ${all}`;
    byId("grid").setAttribute("aria-rowcount", this.rows.length + 1);
    byId("grid").hidden = !this.rows.length;
    byId("nothing").hidden = this.rows.length > 0;
    this.measure();
    byId("window").scrollTop = 0;
    this.draw();
  }

  draw() {
    const view = byId("window");
    const first = this.isPrinted
      ? 0
      : Math.max(0, Math.floor(view.scrollTop / this.height) - MARGIN);
    const count = this.isPrinted
      ? this.rows.length
      : Math.ceil(view.clientHeight / this.height) + 2 * MARGIN;
    const focused = document.activeElement?.closest?.("#rows .row")?.dataset.at;
    const drawn = this.rows
      .slice(first, first + count)
      .map((row, offset) => this.row(row, first + offset));
    byId("rows").replaceChildren(...drawn);
    if (focused !== undefined) this.link(Number(focused))?.focus({ preventScroll: true });
  }

  row(row, at) {
    const made = element(
      "div",
      {
        role: "row",
        class: "row",
        "aria-rowindex": at + 2,
        "data-at": at,
        "aria-current": at === this.current && "true",
      },
      element(
        "span",
        { role: "cell", class: "case", title: seenLine(row.id) },
        element(
          "a",
          { href: address(row.id) },
          element("span", { class: "suite" }, seenLine(row.suite) + "::"),
          seenLine(row.case),
        ),
        row.tags.length > 0 && element("small", row.tags.map(seenLine).join(" · ")),
      ),
      row.outcomes.map((status, column) =>
        this.cell(status, row.kinds[column], row.changes[column]?.change),
      ),
    );
    made.style.top = `${at * this.height}px`;
    return made;
  }

  cell(status, kinds, change) {
    const since = change && seenLine(changeWord(change, this.index.sides));
    if (!status) return element("span", { role: "cell", class: "outcome absent" }, since ?? "");
    const label = kinds.length
      ? words(kinds[0]) + (kinds.length > 1 ? ` +${kinds.length - 1}` : "")
      : status;
    const whole = [since, status, kinds.map(words).join(", ")].filter(Boolean).join(" ");
    return element(
      "span",
      {
        role: "cell",
        class: `outcome ${status}${change ? " changed" : ""}`,
        "aria-label": whole,
        title: whole,
      },
      shape(status),
      element("span", since && element("b", { class: change }, since + " "), label),
    );
  }

  link(at) {
    return byId("rows").querySelector(`[data-at="${at}"] a`);
  }

  // Move the mark to a row, bring it into sight and, unless a case is open, give it the focus.
  moveTo(at, { focus = true } = {}) {
    if (!this.rows.length) return;
    this.current = Math.max(0, Math.min(at, this.rows.length - 1));
    const view = byId("window");
    const top = this.current * this.height;
    if (top < view.scrollTop) view.scrollTop = top;
    if (top + this.height > view.scrollTop + view.clientHeight)
      view.scrollTop = top + this.height - view.clientHeight;
    this.draw();
    if (focus) this.link(this.current)?.focus({ preventScroll: true });
  }

  find(id) {
    return this.index.cases.find((row) => addressable(row.id) === id);
  }
}

// Addresses cannot hold half of a surrogate pair.
const addressable = (text) => text.replace(/\p{Cs}/gu, "\uFFFD");

// What stands beside the conversation, after these words: another provider, or the same one before.
const BEFORE = "before";
const ALONE = "nothing";
const PROVIDER = "provider ";

function address(id, provider, { trial, beside } = {}) {
  const fields = new URLSearchParams({ case: id });
  if (provider) fields.set("provider", provider);
  if (trial) fields.set("trial", trial);
  if (beside) fields.set("beside", beside);
  return "#" + fields;
}
