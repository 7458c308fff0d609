// Words and elements; texts of the recording only ever become text nodes.
const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const retries = (count) => (count ? `tried again ${count === 1 ? "once" : `${count.toLocaleString("en")} times`}` : "");
const span = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 1e5 ? 2 : 0)} s`);
const offset = (ms) => `+${(ms / 1000).toFixed(2)} s`;
const moment = (ms) => {
  const when = new Date(data.z * 1000 + ms);
  return Number.isNaN(when.getTime()) ? "" : when.toISOString();
};
const joined = (...parts) => parts.filter(Boolean).join(" · ");
const STATES = { ok: "✓ ok", failed: "✗ failed", "not seen": "? end not seen", "": "" };
const stateOf = (item) => STATES[item.state] ?? item.state;
const statusOf = (call) => (call.normal ? "" : "✗ ") + (call.status || "no answer");
const isWrong = (item) => item.state === "failed" || item.normal === false;
// In a row digests are as docker shows them; whole they stand in the call's address.
const shortened = (line) => {
  const short = line.replace(/\b[0-9a-f]{32,}\b/g, (digits) => `${digits.slice(0, 12)}…`);
  return short.length > 140 ? `${short.slice(0, 50)}…${short.slice(-80)}` : short;
};
const brief = (call, session) => {
  const bare = call.url.split("?")[0];
  return shortened(session.registry && bare.startsWith(`${session.registry}/`) ? bare.slice(session.registry.length) : bare);
};

const make = (tag, name, ...inside) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...inside.filter((one) => one !== "" && one !== null));
  return node;
};
const hidden = (node) => { node.setAttribute("aria-hidden", "true"); return node; };
const withRole = (node, role) => { node.setAttribute("role", role); return node; };
const foreign = (words) => make("bdi", "", words);
const laneClass = (lane) => `lane-${lanes[lane].split(" ")[0]}`;
const linkTo = (number) => { const a = make("a", "", `call ${number}`); a.href = `#call-${number}`; return a; };
