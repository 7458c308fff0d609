// One row each for a session, a step and a call: when, between whom, what it means, what came of it.

// Lane: whether something went wrong in it, for the lanes that a step touched.
function lanesOf(step) {
  const touched = new Map();
  for (const number of step.calls) {
    const row = data.c[number];
    if (row) touched.set(row[0] + 1, touched.get(row[0] + 1) || row[7] === 0);
  }
  return touched;
}

function drawnLanes(item) {
  const cell = hidden(make("span", "lanes"));
  const wide = 100 / lanes.length;
  if (item.kind === "call") {
    const arrow = make("i", `arrow ${laneClass(item.lane)}${item.normal ? "" : " bad"}`);
    arrow.style.left = `${wide / 2}%`;
    arrow.style.width = `${wide * item.lane}%`;
    cell.append(arrow);
    return cell;
  }
  for (const [lane, bad] of lanesOf(item)) {
    const dot = make("i", `dot ${laneClass(lane)}${bad ? " bad" : ""}`);
    dot.style.left = `${wide * (lane + 0.5)}%`;
    cell.append(dot);
  }
  return cell;
}

function drawnBar(item, session) {
  const whole = Math.max(session.took, 1);
  const bar = make("i", `${item.kind === "call" ? laneClass(item.lane) : "lane-step"}${isWrong(item) ? " bad" : ""}`);
  bar.style.left = `${Math.min(99, Math.max(0, (100 * (item.at - session.at)) / whole))}%`;
  bar.style.width = `${Math.min(100, (100 * item.took) / whole)}%`;
  return hidden(make("span", "bar", bar));
}

function whatOfStep(step) {
  const asked = [...lanesOf(step).keys()].map((lane) => lanes[lane]).join(", ");
  // A step is explained by its last call: what it came to.
  const last = data.c[step.calls.at(-1)];
  const said = joined(
    step.state === "failed" || !last ? step.failure : text(last[6]),
    step.state !== "failed" && step.failure ? `before that: ${step.failure}` : "",
    step.count === 1 ? "" : plural(step.count, "call"),
    retries(step.retries),
  );
  return make(
    "span", "what", make("b", "", step.name), " ", asked ? make("span", "unseen", `at ${asked} `) : "",
    make("code", "", foreign(shortened(step.subject))), said ? make("span", "why", foreign(said)) : "",
  );
}

function whatOfCall(call, session) {
  return make(
    "span", "what", make("small", "number", `${call.number}`), " ", make("b", "", call.method), " ",
    make("span", "unseen", `to ${lanes[call.lane]}: `), make("code", "", foreign(brief(call, session))),
    make("span", "why", foreign(joined(call.meaning, call.failure))),
  );
}

function headOf(item, session) {
  const head = make("button", `head ${item.kind}${isWrong(item) ? " failed" : ""}`);
  head.type = "button";
  head.setAttribute("aria-expanded", "false");
  if (item.kind === "session") {
    const facts = joined(plural(item.count, "call"), span(item.took), retries(item.retries), item.client && `by ${item.client}`);
    head.append(
      make("b", "name", foreign(item.name)), " ", make("span", "status", stateOf(item)), " ", make("span", "facts", facts),
    );
    if (item.failed) head.append(" ", make("span", "why", foreign(`${item.failed.name}: ${item.failed.failure}`)));
    return head;
  }
  const isStep = item.kind === "step";
  head.append(
    make("span", "at", offset(item.at)), " ", drawnLanes(item), isStep ? whatOfStep(item) : whatOfCall(item, session),
    " ", make("span", "status", isStep ? stateOf(item) : statusOf(item)), " ", make("span", "took", span(item.took)),
    drawnBar(item, session),
  );
  return head;
}
