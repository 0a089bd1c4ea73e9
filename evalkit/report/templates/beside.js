// Two conversations of one case beside each other: what is the same in both is told once.

// What makes two messages the same; ids and counts of tokens differ every time.
function gist(spoken) {
  const { role, text, refusal, name, content, is_error, fault } = spoken;
  const calls = (spoken.calls ?? []).map((asked) => [asked.name, written(asked)]);
  return JSON.stringify([role, text, refusal, name, content, is_error, fault, calls]);
}

const spokenIn = ({ transcript }) => [...(transcript.given ?? []), ...(transcript.messages ?? [])];

// The messages of a conversation, each with the marks of its own calls.
function withMarks(shown) {
  const marks = [...shown.marks];
  return spokenIn(shown).map((spoken) => [spoken, marks.splice(0, spoken.calls?.length ?? 0)]);
}

// What stands beside each other; in a narrow window, where it stands below, with the sides' names.
const pair = (one, other, [oneName, otherName] = []) =>
  element(
    "div",
    { class: "pair" },
    element("div", { "data-side": oneName && seenLine(oneName) }, one),
    element("div", { "data-side": otherName && seenLine(otherName) }, other),
  );

function conversations(one, other, names) {
  const [left, right] = [withMarks(one), withMarks(other)];
  const made = [];
  let same = [];
  const tellSame = () => {
    if (same.length)
      made.push(folded(`The same in both: ${same.length} ${same.length > 1 ? "messages" : "message"}`, same));
    same = [];
  };
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [a, b] = [left[at], right[at]];
    if (a && b && gist(a[0]) === gist(b[0])) {
      same.push(message(...a));
      continue;
    }
    tellSame();
    made.push(pair(a && message(...a, b?.[0]), b && message(...b, a?.[0]), names));
  }
  tellSame();
  return made;
}

// What each took, as far as it differs.
function tookDifferently(one, other, names) {
  const [left, right] = [new Map(facts(one)), new Map(facts(other))];
  const labels = [...new Set([...left.keys(), ...right.keys()])];
  const differing = labels.filter((label) => left.get(label) !== right.get(label));
  const list = (took) =>
    element(
      "dl",
      { class: "measured" },
      differing.map((label) =>
        element("div", element("dt", label), element("dd", seen(String(took.get(label) ?? "none")))),
      ),
    );
  return pair(list(left), list(right), names);
}

function besideBody([oneName, one], [otherName, other], why) {
  const side = (name, shown) => [
    element("h3", { class: "side " + shown.status }, shape(shown.status), seenLine(name)),
    badge(shown),
    judged(shown),
  ];
  return [
    why && element("p", { class: "note" }, seenLine(why)),
    pair(side(oneName, one), side(otherName, other)),
    element("h3", "Conversation"),
    conversations(one, other, [oneName, otherName]),
    element("h3", "What it took, where it differs"),
    tookDifferently(one, other, [oneName, otherName]),
    element("h3", "Run it again"),
    [...new Set([one.rerun, other.rerun])].map((command) =>
      element("pre", { class: "command" }, seen(command)),
    ),
  ];
}
