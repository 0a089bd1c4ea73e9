// Foreign text becomes text nodes only: nothing here makes markup out of strings.

const SHORT = 4000;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const UNSEEN_RUNS = /([\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc})/gu;

const codePoint = (char) => "U+" + char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");

// An element with its attributes, which may be left out, and its children.
function element(tag, ...rest) {
  const isPlain = rest[0]?.constructor === Object;
  const [properties, children] = isPlain ? [rest[0], rest.slice(1)] : [{}, rest];
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return made;
}

function shape(status) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "shape");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", "#shape-" + status);
  drawn.append(use);
  return drawn;
}

// Text with every invisible character shown by its code point.
function seen(text) {
  const made = document.createDocumentFragment();
  text.split(UNSEEN_RUNS).forEach((piece, index) => {
    if (index % 2) made.append(element("span", { class: "unseen" }, codePoint(piece)));
    else if (piece) made.append(piece);
  });
  return made;
}

// The same for one line in an attribute, an option or a title.
const seenLine = (text) => text.replace(new RegExp(UNSEEN, "gu"), (char) => `[${codePoint(char)}]`);

// Long text is cut, with a button for the rest, in which invisible characters are spelled plainly.
function said(text, tag = "div") {
  if (text.length <= SHORT) return element(tag, { class: "said", dir: "auto" }, seen(text));
  const made = element(tag, { class: "said", dir: "auto" }, seen(text.slice(0, SHORT)), "… ");
  const more = element(
    "button",
    { type: "button" },
    `show all ${text.length.toLocaleString("en")} characters`,
  );
  more.addEventListener("click", () => {
    made.replaceChildren(text.replace(UNSEEN_RUNS, (char) => `[${codePoint(char)}]`));
  });
  made.append(more);
  return made;
}

const words = (name) => name.replaceAll("_", " ").replace("json", "JSON");

const pretty = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
