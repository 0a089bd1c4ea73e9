// One case: its verdicts, what was said, what was called, and what it took.

function verdict(judged) {
  const status = judged.status;
  if (status !== "failed") {
    return element(
      "div",
      { class: `verdict quiet ${status}` },
      element("p", `${status}: `, seen(judged.expectation)),
    );
  }
  return element(
    "div",
    { class: "verdict failed" },
    element("p", { class: "kind" }, words(judged.kind ?? "failed")),
    element("p", said(judged.reason ?? "", "span")),
    element(
      "p",
      element(
        "small",
        "expectation ",
        seen(judged.expectation),
        judged.path ? [" at ", seen(judged.path)] : null,
      ),
    ),
    "expected" in judged || "actual" in judged ? sides(judged) : null,
  );
}

function sides(judged) {
  const { expected, actual = judged.kind === "wrong_argument" ? null : undefined } = judged;
  const column = (heading, value, other, mark) =>
    value !== undefined &&
    element(
      "div",
      element("p", { class: "side" }, heading),
      element("pre", difference(value, other, mark)),
    );
  return element(
    "div",
    { class: "sides" },
    column("Expected", expected, actual, "gone"),
    column("Actual", actual, expected, "new"),
  );
}

// The value as text, with what `other` lacks marked, where the two are alike enough to compare.
function difference(value, other, mark) {
  const [text, beside] = [pretty(value), pretty(other ?? null)];
  if (typeof value !== typeof other || text.length > SHORT || beside.length > SHORT)
    return said(text, "span");
  return typeof value === "string" ? middle(text, beside, mark) : lines(text, beside, mark);
}

function middle(text, other, mark) {
  const shorter = Math.min(text.length, other.length);
  let start = 0;
  while (start < shorter && text[start] === other[start]) start++;
  let end = 0;
  while (end < shorter - start && text.at(-1 - end) === other.at(-1 - end)) end++;
  const until = text.length - end;
  return [
    seen(text.slice(0, start)),
    start < until && element("span", { class: mark }, seen(text.slice(start, until))),
    seen(text.slice(until)),
  ];
}

function lines(text, other, mark) {
  const bare = (line) => line.replace(/,$/, "");
  const known = new Set(other.split("\n").map(bare));
  return text
    .split("\n")
    .map((line) => element("div", { class: known.has(bare(line)) ? null : mark }, seen(line)));
}

// A call; what `beside`, the call in its place on the other side, lacks is marked.
function call(asked, marks, beside) {
  const defects = asked.defects ?? [];
  return element(
    "div",
    { class: "call" },
    element(
      "p",
      "calls ",
      element("code", { class: "name" }, seen(asked.name)),
      defects.length
        ? element("small", { class: "errors" }, " " + defects.map(words).join(", "))
        : null,
    ),
    element("pre", marks ? marks.map(marked) : argumentText(asked, beside)),
  );
}

const written = (asked) => asked.raw ?? asked.arguments ?? null;

function argumentText(asked, beside) {
  return [
    beside
      ? difference(written(asked), written(beside), "new")
      : said(pretty(written(asked)), "span"),
    asked.raw == null && element("small", "  (delivered parsed)"),
  ];
}

function marked([text, defects]) {
  if (!defects.length) return said(text, "span");
  const title = defects.map(words).join(", ");
  if (!text) return element("mark", { class: "gap", title }, `‸ ${title}`);
  return element("mark", { title }, said(text, "span"));
}

function usage(turn) {
  const counted = turn.usage ?? {};
  const parts = Object.entries(counted).map(
    ([name, count]) => `${words(name)} ${count.toLocaleString("en")}`,
  );
  return parts.length ? `tokens: ${parts.join(", ")}` : "";
}

const SPEAKERS = { system: "System prompt", user: "User", assistant: "Model" };

function resultOf(spoken) {
  const fault = spoken.fault ? `, simulated fault ${spoken.fault}` : "";
  return `Result of ${spoken.name}${spoken.is_error ? ", an error" : ""}${fault}`;
}

// One message; the marks of its calls are taken from the front of `marks`. What `beside`, the
// message in its place on the other side, lacks is marked.
function message(spoken, marks, beside) {
  const text = (value, other, tag) =>
    beside && other != null
      ? element(tag, { class: "said" }, difference(value, other, "new"))
      : said(pretty(value), tag);
  const notes = [
    spoken.finish ? `finish ${spoken.finish}` : "",
    spoken.stop ? words(spoken.stop) : "",
    usage(spoken),
  ].filter(Boolean);
  const heading =
    spoken.role === "tool" ? resultOf(spoken) : (SPEAKERS[spoken.role] ?? spoken.role);
  return element(
    "div",
    { class: "message " + spoken.role },
    element(
      "h4",
      seenLine(heading),
      notes.length ? element("small", "  " + seenLine(notes.join(" · "))) : null,
    ),
    spoken.role === "tool"
      ? element("pre", text(spoken.content ?? null, beside?.content, "span"))
      : null,
    spoken.text ? text(spoken.text, beside?.text, "div") : null,
    spoken.refusal ? element("div", "Refusal: ", said(spoken.refusal, "span")) : null,
    spoken.reasoning ? folded("Reasoning", said(spoken.reasoning)) : null,
    (spoken.calls ?? []).map((asked, at) => call(asked, marks.shift(), beside?.calls?.[at])),
    spoken.wire
      ? folded("As the API wrote it", element("pre", said(pretty(spoken.wire), "span")))
      : null,
  );
}

const folded = (title, ...content) => element("details", element("summary", title), content);

function conversation(shown) {
  const { given = [], messages = [] } = shown.transcript;
  const marks = [...shown.marks];
  return [
    ...given.map((spoken) => message(spoken, [])),
    ...messages.map((spoken) => message(spoken, marks)),
  ];
}

function tool(offered) {
  return folded(
    seenLine(`${offered.name}: ${offered.description ?? ""}`.slice(0, 200)),
    element("p", said(offered.description ?? "", "span")),
    element("pre", said(pretty(offered.parameters ?? {}), "span")),
  );
}

function facts(shown) {
  const { transcript } = shown;
  const exchanges = transcript.exchanges ?? [];
  const timed = exchanges.filter((exchange) => exchange.latency_s != null);
  const latency = timed.map((exchange) => `${exchange.latency_s.toFixed(2)} s`);
  const recorded = timed.some((exchange) => exchange.replayed) ? ", recorded" : "";
  const known = [
    ["Case", shown.where],
    ["Model", shown.model],
    ["Stop", words(transcript.stop ?? "answered")],
    ["Tokens", spent(transcript.messages ?? [])],
    ["Cost", shown.cost_usd == null ? "unknown" : `$${Number(shown.cost_usd.toPrecision(3))}`],
    ["Latency", latency.length ? latency.join(" + ") + recorded : "unknown"],
    ["Attempts", exchanges.map((e) => e.attempts ?? 1).join(" + ")],
    ["Recorded", transcript.recorded_at],
    ["Cassette", [...new Set(exchanges.map((e) => e.cassette).filter(Boolean))].join(", ")],
    ["Limits that struck", (transcript.limits ?? []).join("; ")],
    ["Alerts", (transcript.alerts ?? []).join("; ")],
  ];
  return known.filter(([, value]) => value);
}

// The tokens of all turns; unknown where any turn did not report them.
function spent(messages) {
  const turns = messages.filter((spoken) => spoken.role === "assistant");
  const sum = (name) =>
    turns.every((turn) => turn.usage?.[name] != null)
      ? turns.reduce((total, turn) => total + turn.usage[name], 0).toLocaleString("en")
      : "unknown";
  return turns.length ? `${sum("input")} in, ${sum("output")} out` : "";
}

const measured = (shown) =>
  element(
    "dl",
    { class: "measured" },
    facts(shown).map(([label, value]) =>
      element("div", element("dt", label), element("dd", seen(String(value)))),
    ),
  );

function trouble(shown) {
  const why = shown.transcript.trouble;
  if (!why) return null;
  return element(
    "div",
    { class: "verdict errored" },
    element("p", { class: "kind" }, `errored: ${why.error}`),
    element("p", said(why.what, "span")),
    why.hint ? element("p", element("small", "hint: "), said(why.hint, "span")) : null,
    element("p", element("small", "The model is not to blame: this conversation enters no rate.")),
  );
}

function judged(shown) {
  const order = { failed: 0, errored: 1, skipped: 2, passed: 3 };
  const verdicts = [...(shown.verdicts ?? [])].sort((a, b) => order[a.status] - order[b.status]);
  return [
    trouble(shown),
    shown.skip_reason
      ? element(
          "div",
          { class: "verdict skipped" },
          element("p", "Skipped: ", said(shown.skip_reason, "span")),
        )
      : null,
    verdicts.map(verdict),
  ];
}

const badge = (shown) =>
  shown.transcript.simulated
    ? element("p", { class: "badge" }, "simulated: no real model answered")
    : null;

function caseBody(shown, tools) {
  return [
    badge(shown),
    judged(shown),
    shown.expect == null
      ? null
      : folded("All that the suite expects", element("pre", said(pretty(shown.expect), "span"))),
    element("h3", "Conversation"),
    conversation(shown),
    element("h3", "What it took"),
    measured(shown),
    element("h3", "Run it again"),
    element("pre", { class: "command" }, seen(shown.rerun)),
    tools.length ? [element("h3", "Tools"), tools.map(tool)] : null,
  ];
}
