// What is folded within a call: addresses, sizes, headers, bodies.
const readable = (body) => {
  try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; }
};

function folded(title, inside) {
  return make("details", "", make("summary", "", title), inside);
}

function foldedBody(title, body) {
  const box = make("pre", "", readable(body));
  box.tabIndex = 0; // it scrolls, and must do so by keys
  return folded(title, box);
}

function foldedHeaders(title, places) {
  if (!places.length) return make("p", "more", `${title}: none in the recording`);
  const list = make("dl", "headers");
  for (const line of places.map(text)) {
    const colon = line.indexOf(": ");
    list.append(make("dt", "", line.slice(0, colon)), make("dd", "", foreign(line.slice(colon + 2))));
  }
  return folded(`${title} (${places.length})`, list);
}

function detailOf(call) {
  const box = make("div", "detail");
  const list = make("dl", "known");
  const say = (name, ...what) => list.append(make("dt", "", name), make("dd", "", ...what));
  say("Address", make("code", "", foreign(`${call.method} ${call.url}`)));
  say("Answer", foreign(joined(statusOf(call), call.failure)));
  say("Time", joined(moment(call.at), `took ${span(call.took)}`));
  say("Asked", foreign(`${call.client || "client"} → ${lanes[call.lane]}${call.peer ? ` at ${call.peer}` : ""}`));
  if (call.sentBy) say("Sent there by", linkTo(call.sentBy));
  const sizes = joined(
    call.sentSize >= 0 && `sent ${plural(call.sentSize, "byte")}`, call.gotSize >= 0 && `got ${plural(call.gotSize, "byte")}`,
  );
  if (sizes) say("Bodies", sizes);
  for (const check of call.checks) say("Finding", make("code", "", `regdoctor explain ${check}`));
  box.append(list, foldedHeaders("Request headers", call.asked), foldedHeaders("Answer's headers", call.answered));
  if (call.sent) box.append(foldedBody("Request body", call.sent));
  if (call.got) box.append(foldedBody("Answer's body", call.got));
  return box;
}
