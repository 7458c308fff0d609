// The list: rows in chunks, which are filled when they come near to being seen, and what is looked for in it.
const [CHUNK, AHEAD, ROW] = [40, "900px", 46];
const MOST_OPENED = 50; // sessions, by a search
const scroller = withRole(make("div", "box"), "group");
const list = make("div", "list");
scroller.setAttribute("aria-label", "Sessions, steps and calls in time");
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) entry.target.fill();
}, { root: scroller, rootMargin: AHEAD });
let nodes = new Map(); // item: its element

function chunked(items, session) {
  const all = withRole(make("div", "items"), "list");
  for (let first = 0; first < items.length; first += CHUNK) {
    const part = items.slice(first, first + CHUNK);
    const chunk = withRole(make("div", "chunk"), "none");
    chunk.style.minHeight = `${part.length * ROW}px`;
    chunk.fill = () => {
      chunk.fill = () => {};
      near.unobserve(chunk);
      chunk.style.minHeight = "";
      chunk.append(...part.map((item) => nodeOf(item, session ?? item)));
    };
    for (const item of part) item.chunk = chunk;
    all.append(chunk);
    // The first at once: whoever opens something goes on into it.
    if (first === 0) chunk.fill();
    else near.observe(chunk);
  }
  return all;
}

// Where the check's finding stands on this page, a link to it: it has the remedy.
function explained(check) {
  const line = make("p", "more", "Why, and what mends it: ");
  const finding = document.getElementById(`finding-${check}`);
  if (finding) {
    const link = make("a", "", "the finding above");
    link.href = `#${finding.id}`;
    line.append(link, ", or ");
  }
  line.append(make("code", "", `regdoctor explain ${check}`));
  return line;
}

function inside(item, session) {
  if (item.kind === "call") return detailOf(item);
  if (item.kind === "session") return chunked(item.shown, item);
  const calls = item.calls.map(asCall).filter(Boolean);
  item.made = new Map(calls.map((call) => [call.number, call]));
  const body = make("div", "body");
  if (item.check) body.append(explained(item.check));
  if (calls.length) body.append(chunked(calls, session));
  const missing = item.count - calls.length;
  if (missing > 0) {
    const where = data.w ? "among the other calls, at the end, or left out of this page" : "among the other calls, at the end";
    body.append(make("p", "more", `${plural(missing, "further call")} ${where}`));
  }
  return body;
}

function nodeOf(item, session) {
  const head = headOf(item, session);
  const fold = item.kind === "session" ? make("h3", "fold", head) : head;
  const node = withRole(make("div", `node ${item.kind}`, fold), "listitem");
  if (item.kind === "call") node.id = `call-${item.number}`;
  node.head = head;
  node.open = (wanted) => {
    if (wanted && !node.body) node.append((node.body = inside(item, session)));
    if (node.body) node.body.hidden = !wanted;
    head.setAttribute("aria-expanded", String(wanted));
  };
  head.addEventListener("click", () => node.open(head.getAttribute("aria-expanded") !== "true"));
  nodes.set(item, node);
  return node;
}

const find = make("input");
find.type = "search";
find.placeholder = "Find a step, an address, a status";
find.setAttribute("aria-label", find.placeholder);
const only = make("input");
only.type = "checkbox";
const count = make("output", "more");

function wordsOf(item) {
  if (item.words === undefined) {
    const own = item.kind === "step" ? [item.name, item.subject, item.failure, item.state] : [];
    const calls = item.kind === "step" ? item.calls.map(asCall).filter(Boolean) : [item];
    item.words = [...own, ...calls.map((c) => [c.method, c.status, c.url, c.meaning, c.failure, c.peer].join(" "))].join(" ").toLowerCase();
  }
  return item.words;
}

function show() {
  const wanted = find.value.trim().toLowerCase();
  const fits = (item) =>
    (!only.checked || isWrong(item) || item.failedCall > 0) && (!wanted || wordsOf(item).includes(wanted));
  near.disconnect();
  nodes = new Map();
  let [shown, all] = [0, 0];
  for (const session of sessions) {
    session.shown = wanted || only.checked ? session.items.filter(fits) : session.items;
    shown += session.shown.length;
    all += session.items.length;
  }
  const left = sessions.filter((session) => session.shown.length);
  list.replaceChildren(left.length ? chunked(left, null) : make("p", "more none", "Nothing here fits."));
  count.textContent = shown === all ? plural(all, "row") : `${shown.toLocaleString("en")} of ${plural(all, "row")}`;
  if (sessions.length <= 3 || wanted || only.checked) for (const one of left.slice(0, MOST_OPENED)) nodes.get(one)?.open(true);
}

// Shows the row of a session, a step or a call, whatever is folded or looked for now.
function shownRow(session, item) {
  if (item && !session.shown.includes(item)) {
    find.value = "";
    only.checked = false;
    show();
  }
  session.chunk.fill();
  const row = nodes.get(session);
  row.open(true);
  if (!item) return row;
  item.chunk.fill();
  return nodes.get(item);
}

function reveal(number) {
  const found = place.get(number);
  if (!found) return null;
  const [, item] = found;
  const row = shownRow(...found);
  row.open(true);
  const call = item.kind === "call" ? null : item.made.get(number);
  if (!call) return row;
  call.chunk.fill();
  nodes.get(call).open(true);
  return nodes.get(call);
}
