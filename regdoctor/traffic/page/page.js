"use strict";
// Draws the sessions, steps and calls of the recording: rows are made when they are about to be seen.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const [CHUNK, AHEAD, ROW] = [40, "900px", 46];
  const text = (place) => (place < 0 ? "" : data.t[place]);
  const lanes = ["client", ...data.l];
  const home = document.getElementById("sessions");
  document.documentElement.style.setProperty("--lanes", lanes.length);

  // What page_data.py wrote by position.
  const asCall = (number) => {
    const r = data.c[number];
    return r && {
      kind: "call", number, lane: r[0] + 1, method: r[1], url: text(r[2]), status: r[3], at: r[4], took: r[5],
      meaning: text(r[6]), normal: r[7] === 1, asked: r[8], answered: r[9], client: text(r[10]), peer: text(r[11]),
      sentBy: r[12], checks: r[13].map((place) => data.f[place]), sent: text(r[14]), got: text(r[15]),
      failure: text(r[16]), sentSize: r[17], gotSize: r[18],
    };
  };
  const asStep = (r) => ({
    kind: "step", name: text(r[0]), subject: text(r[1]), state: r[2], at: r[3], took: r[4], calls: r[5], count: r[6],
    retries: r[7], failedCall: r[8], failure: text(r[9]), check: text(r[10]),
  });
  const sessions = data.s.map((r) => ({
    kind: "session", name: text(r[1]), state: r[2], at: r[3], took: r[4], count: r[5], retries: r[6],
    client: text(r[7]), registry: text(r[8]), items: r[9].map(asStep),
  }));
  const place = new Map(); // number of a call: its session and its step
  for (const session of sessions) {
    for (const step of session.items) for (const number of step.calls) place.set(number, [session, step]);
  }
  const alone = Object.keys(data.c).map(Number).filter((number) => !place.has(number)).map(asCall);
  if (alone.length) {
    const ends = alone.reduce((last, call) => Math.max(last, call.at + call.took), 0);
    const at = alone.reduce((first, call) => Math.min(first, call.at), ends);
    const rest = {
      kind: "session", name: sessions.length ? "other calls" : "all calls", state: "", at, took: ends - at,
      count: alone.length, retries: 0, client: "", registry: "", items: alone,
    };
    for (const call of alone) place.set(call.number, [rest, call]);
    sessions.push(rest);
  }

  // Words
  const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  const span = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 1e5 ? 2 : 0)} s`);
  const offset = (ms) => `+${(ms / 1000).toFixed(2)} s`;
  const moment = (ms) => {
    const when = new Date(data.z * 1000 + ms);
    return Number.isNaN(when.getTime()) ? "" : when.toISOString();
  };
  const STATES = { ok: "✓ ok", failed: "✗ failed", "not seen": "? end not seen", "": "" };
  const statusOf = (call) => (call.normal ? "" : "✗ ") + (call.status || "no answer");
  // In a row digests are as docker shows them; whole they stand in the call's address.
  const shortened = (line) => {
    const short = line.replace(/\b[0-9a-f]{32,}\b/g, (digits) => `${digits.slice(0, 12)}…`);
    return short.length > 140 ? `${short.slice(0, 50)}…${short.slice(-80)}` : short;
  };
  const brief = (call, session) => {
    const bare = call.url.split("?")[0];
    return shortened(session.registry && bare.startsWith(`${session.registry}/`) ? bare.slice(session.registry.length) : bare);
  };

  // Elements; texts of the recording only ever become text nodes
  const make = (tag, name, ...inside) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...inside.filter((one) => one !== "" && one !== null));
    return node;
  };
  const hidden = (node) => { node.setAttribute("aria-hidden", "true"); return node; };

  function drawnLanes(item) {
    const cell = hidden(make("span", "lanes"));
    const wide = 100 / lanes.length;
    if (item.kind === "call") {
      const arrow = make("i", `arrow lane-${lanes[item.lane].split(" ")[0]}${item.normal ? "" : " bad"}`);
      arrow.style.left = `${wide / 2}%`;
      arrow.style.width = `${wide * item.lane}%`;
      cell.append(arrow);
      return cell;
    }
    const touched = new Map();
    for (const number of item.calls) {
      const row = data.c[number];
      if (row) touched.set(row[0] + 1, touched.get(row[0] + 1) || row[7] === 0);
    }
    for (const [lane, bad] of touched) {
      const dot = make("i", `dot lane-${lanes[lane].split(" ")[0]}${bad ? " bad" : ""}`);
      dot.style.left = `${wide * (lane + 0.5)}%`;
      cell.append(dot);
    }
    return cell;
  }

  function drawnBar(item, session) {
    const whole = Math.max(session.took, 1);
    const lane = item.kind === "call" ? `lane-${lanes[item.lane].split(" ")[0]}` : "lane-step";
    const bar = make("i", `${lane}${item.normal === false || item.state === "failed" ? " bad" : ""}`);
    bar.style.left = `${Math.min(99, Math.max(0, (100 * (item.at - session.at)) / whole))}%`;
    bar.style.width = `${Math.min(100, (100 * item.took) / whole)}%`;
    return hidden(make("span", "bar", bar));
  }

  function headOf(item, session) {
    const head = make("button", `head ${item.kind}`);
    head.type = "button";
    head.tabIndex = -1;
    head.setAttribute("aria-expanded", "false");
    const wrong = item.state === "failed" || item.normal === false;
    if (wrong) head.classList.add("failed");
    if (item.kind === "session") {
      const facts = [plural(item.count, "call"), span(item.took), item.retries ? plural(item.retries, "retry").replace("retrys", "retries") : "", item.client && `by ${item.client}`];
      head.append(
        make("b", "name", make("bdi", "", item.name)), make("span", "status", STATES[item.state] ?? item.state),
        make("span", "facts", facts.filter(Boolean).join(" · ")),
      );
      return head;
    }
    const what = make("span", "what");
    if (item.kind === "step") {
      what.append(make("b", "", item.name), " ", make("code", "", make("bdi", "", shortened(item.subject))));
      const more = [item.count === 1 ? "" : plural(item.count, "call"), item.retries ? `tried again ${item.retries}×` : ""];
      const said = [item.failure, ...more].filter(Boolean).join(" · ");
      if (said) what.append(make("span", "why", make("bdi", "", said)));
    } else {
      what.append(
        make("small", "number", `${item.number}`), " ", make("b", "", item.method), " ",
        make("span", "unseen", `to ${lanes[item.lane]}: `), make("code", "", make("bdi", "", brief(item, session))),
        make("span", "why", make("bdi", "", [item.meaning, item.failure].filter(Boolean).join(" · "))),
      );
    }
    head.append(
      make("span", "at", offset(item.at)), drawnLanes(item), what,
      make("span", "status", item.kind === "step" ? STATES[item.state] ?? item.state : statusOf(item)),
      make("span", "took", span(item.took)), drawnBar(item, session),
    );
    return head;
  }

  const readable = (body) => {
    try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; }
  };
  function folded(title, inside) {
    return make("details", "", make("summary", "", title), inside);
  }
  function headers(title, places) {
    if (!places.length) return make("p", "more", `${title}: none in the recording`);
    const list = make("dl", "headers");
    for (const line of places.map(text)) {
      const colon = line.indexOf(": ");
      list.append(make("dt", "", line.slice(0, colon)), make("dd", "", make("bdi", "", line.slice(colon + 2))));
    }
    return folded(`${title} (${places.length})`, list);
  }
  function detailOf(call) {
    const box = make("div", "detail");
    const list = make("dl", "known");
    const say = (name, ...what) => list.append(make("dt", "", name), make("dd", "", ...what));
    const link = (number) => { const a = make("a", "", `call ${number}`); a.href = `#call-${number}`; return a; };
    say("Address", make("code", "", make("bdi", "", `${call.method} ${call.url}`)));
    say("Answer", `${statusOf(call)}${call.failure ? ` · ${call.failure}` : ""}`);
    say("Time", `${moment(call.at)} · took ${span(call.took)}`);
    say("Asked", make("bdi", "", `${call.client || "client"} → ${lanes[call.lane]}${call.peer ? ` at ${call.peer}` : ""}`));
    if (call.sentBy) say("Sent there by", link(call.sentBy));
    const sizes = [call.sentSize >= 0 && `sent ${plural(call.sentSize, "byte")}`, call.gotSize >= 0 && `got ${plural(call.gotSize, "byte")}`];
    if (sizes.some(Boolean)) say("Bodies", sizes.filter(Boolean).join(" · "));
    for (const check of call.checks) say("Finding", make("code", "", `regdoctor explain ${check}`));
    box.append(list, headers("Request headers", call.asked), headers("Answer's headers", call.answered));
    if (call.sent) box.append(folded("Request body", make("pre", "", readable(call.sent))));
    if (call.got) box.append(folded("Answer's body", make("pre", "", readable(call.got))));
    return box;
  }

  // Rows, in chunks that are filled when they come near to being seen
  const tools = make("div", "tools");
  const scroller = make("div", "box");
  const list = make("div", "list");
  scroller.setAttribute("role", "group");
  scroller.setAttribute("aria-label", "Sessions, steps and calls. Arrow keys move, Enter opens.");
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) entry.target.fill();
  }, { root: scroller, rootMargin: AHEAD });
  let nodes = new Map(); // item: its element

  function chunked(items, session) {
    const all = make("div", "items");
    for (let first = 0; first < items.length; first += CHUNK) {
      const part = items.slice(first, first + CHUNK);
      const chunk = make("div", "chunk");
      chunk.style.minHeight = `${part.length * ROW}px`;
      chunk.fill = () => {
        chunk.fill = () => {};
        near.unobserve(chunk);
        chunk.style.minHeight = "";
        chunk.append(...part.map((item) => nodeOf(item, session)));
      };
      for (const item of part) item.chunk = chunk;
      all.append(chunk);
      // The first at once: whoever opens something goes on into it.
      if (first === 0) chunk.fill();
      else near.observe(chunk);
    }
    return all;
  }

  function inside(item, session) {
    if (item.kind === "call") return detailOf(item);
    if (item.kind === "session") return chunked(item.shown, item);
    const calls = item.calls.map(asCall).filter(Boolean);
    item.made = new Map(calls.map((call) => [call.number, call]));
    const body = make("div", "body");
    if (item.check) body.append(make("p", "more", "Why, and what mends it: ", make("code", "", `regdoctor explain ${item.check}`)));
    body.append(chunked(calls, session));
    if (item.count > calls.length) body.append(make("p", "more", `${plural(item.count - calls.length, "further call")} among the other calls, at the end`));
    return body;
  }

  function nodeOf(item, session) {
    const head = headOf(item, session);
    const node = make("div", `node ${item.kind}`, head);
    if (item.kind === "call") node.id = `call-${item.number}`;
    node.open = (wanted) => {
      if (wanted && !node.body) node.append((node.body = inside(item, session)));
      if (node.body) node.body.hidden = !wanted;
      head.setAttribute("aria-expanded", String(wanted));
    };
    head.addEventListener("click", () => node.open(head.getAttribute("aria-expanded") !== "true"));
    nodes.set(item, node);
    return node;
  }

  // What is looked for
  const find = make("input");
  find.type = "search";
  find.placeholder = "Find a step, an address, a status";
  find.setAttribute("aria-label", find.placeholder);
  const only = make("input");
  only.type = "checkbox";
  const count = make("output", "more");
  const words = (item) => {
    if (item.words === undefined) {
      const own = item.kind === "step" ? [item.name, item.subject, item.failure, item.state] : [];
      const calls = item.kind === "step" ? item.calls.map(asCall).filter(Boolean) : [item];
      item.words = [...own, ...calls.map((c) => [c.method, c.status, c.url, c.meaning, c.failure, c.peer].join(" "))].join(" ").toLowerCase();
    }
    return item.words;
  };
  function show() {
    const wanted = find.value.trim().toLowerCase();
    const fits = (item) =>
      (!only.checked || item.state === "failed" || item.normal === false || item.failedCall > 0) &&
      (!wanted || words(item).includes(wanted));
    near.disconnect();
    nodes = new Map();
    let [shown, all] = [0, 0];
    list.replaceChildren();
    for (const session of sessions) {
      session.shown = wanted || only.checked ? session.items.filter(fits) : session.items;
      shown += session.shown.length;
      all += session.items.length;
      if (session.shown.length) list.append(nodeOf(session, session));
    }
    count.textContent = shown === all ? plural(all, "row") : `${shown.toLocaleString("en")} of ${plural(all, "row")}`;
    if (sessions.length <= 3 || wanted || only.checked) for (const node of [...list.children].slice(0, 50)) node.open(true);
    const first = list.querySelector(".head");
    if (first) first.tabIndex = 0;
  }

  // Keys: one row of the list is in the order of Tab, arrows move among the rows
  const rows = () => [...list.querySelectorAll(".head")].filter((head) => !head.closest("[hidden]"));
  function focus(head) {
    for (const old of list.querySelectorAll('.head[tabindex="0"]')) old.tabIndex = -1;
    head.tabIndex = 0;
    head.focus();
  }
  function move(head, by) {
    for (const chunk of list.querySelectorAll(".chunk")) {
      const beside = chunk.contains(head) ? [chunk.nextSibling, chunk.previousSibling] : [];
      for (const other of beside) other?.fill();
    }
    const all = rows();
    const next = all[all.indexOf(head) + by];
    if (next) focus(next);
  }
  list.addEventListener("keydown", (event) => {
    const head = event.target.closest(".head");
    if (!head || event.altKey || event.ctrlKey || event.metaKey) return;
    const isOpen = head.getAttribute("aria-expanded") === "true";
    const parent = head.parentNode.parentNode.closest(".node");
    switch (event.key) {
      case "ArrowDown": move(head, 1); break;
      case "ArrowUp": move(head, -1); break;
      case "ArrowRight": if (isOpen) move(head, 1); else head.parentNode.open(true); break;
      case "ArrowLeft": if (isOpen) head.parentNode.open(false); else if (parent) focus(parent.firstChild); break;
      case "Home": focus(rows()[0]); break;
      case "End": focus(rows().at(-1)); break;
      default: return;
    }
    event.preventDefault();
  });
  list.addEventListener("focusin", (event) => {
    if (!event.target.matches(".head")) return;
    for (const old of list.querySelectorAll('.head[tabindex="0"]')) old.tabIndex = -1;
    event.target.tabIndex = 0;
  });

  function reveal(number) {
    const found = place.get(number);
    if (!found) return null;
    const [session, item] = found;
    if (!nodes.has(session) || !session.shown.includes(item)) {
      find.value = "";
      only.checked = false;
      show();
    }
    nodes.get(session).open(true);
    item.chunk.fill();
    const row = nodes.get(item);
    row.open(true);
    if (item.kind === "call") return row;
    const call = item.made.get(number);
    call.chunk.fill();
    nodes.get(call).open(true);
    return nodes.get(call);
  }
  function follow() {
    const number = /^#call-(\d+)$/.exec(location.hash);
    const node = number && reveal(Number(number[1]));
    if (!node) return false;
    node.scrollIntoView({ block: "center" });
    focus(node.firstChild);
    return true;
  }

  const heads = hidden(make("div", "heads"));
  const names = make("span", "lanes", ...lanes.map((lane) => make("span", `lane-${lane.split(" ")[0]}`, lane)));
  heads.append(make("span", "at", "began"), names, make("span", "what", "what"), make("span", "status", "answer"), make("span", "took", "took"), make("span", "bar", "within its session"));
  tools.append(find, make("label", "", only, " only what went wrong"), count);
  scroller.append(heads, list);
  home.replaceChildren(tools, scroller);
  let waiting = 0;
  find.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  only.addEventListener("change", show);
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#call-"]');
    if (link && link.hash === location.hash) follow();
  });
  addEventListener("beforeprint", () => {
    for (const chunk of [...list.querySelectorAll(".chunk")].slice(0, 25)) chunk.fill();
  });
  show();
  if (!follow()) {
    const failed = sessions.find((one) => one.state === "failed" && one.items.some((step) => step.state === "failed"));
    const step = failed?.items.filter((one) => one.state === "failed").reduce((a, b) => (b.at + b.took >= a.at + a.took ? b : a));
    const node = step && reveal(step.failedCall);
    // The page stays at its answer; the list alone is scrolled to the step.
    if (node) scroller.scrollTop += node.parentNode.closest(".node").getBoundingClientRect().top - scroller.getBoundingClientRect().top - 90;
    else if (sessions.length) list.firstChild?.open(true);
  }
})();
