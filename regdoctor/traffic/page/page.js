// Puts the waterfall in place of the plain lists, open at what failed.
const home = document.getElementById("sessions");

function headings() {
  const names = make("span", "lanes", ...lanes.map((name, lane) => make("span", laneClass(lane), name)));
  return hidden(make(
    "div", "heads", make("span", "at", "began"), names, make("span", "what", "what"), make("span", "status", "answer"),
    make("span", "took", "took"), make("span", "bar", "within its session"),
  ));
}

function start() {
  document.documentElement.style.setProperty("--lanes", lanes.length);
  const tools = make("div", "tools", find, make("label", "", only, " only what went wrong"), count);
  if (failures.length > 1) tools.append(make("span", "", next, " ", told));
  tools.append(make("span", "keys more", `Keys: ↑ ↓ or j k from row to row, Enter opens${failures.length ? ", n: next failure" : ""}`));
  scroller.append(headings(), list);
  let waiting = 0;
  find.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  only.addEventListener("change", show);
  show();
  home.replaceChildren(...(sessions.length > 3 ? [overview()] : []), tools, scroller);
  // On paper nothing comes by scrolling.
  addEventListener("beforeprint", () => {
    for (const chunk of [...list.querySelectorAll(".chunk")].slice(0, 25)) chunk.fill();
  });
  if (follow()) return;
  const failed = sessions.find((one) => one.failed);
  const node = failed && reveal(failed.failed.failedCall);
  // The page stays at its answer; the list alone is scrolled to the step, below the rows that stay in view.
  if (node) {
    const fold = nodes.get(failed).firstChild;
    const above = scroller.firstChild.offsetHeight + (getComputedStyle(fold).position === "sticky" ? fold.offsetHeight : 0);
    const row = nodes.get(failed.failed) ?? node;
    scroller.scrollTop += row.getBoundingClientRect().top - scroller.getBoundingClientRect().top - above - 8;
  } else nodes.get(sessions[0])?.open(true);
  lastFailure = failed ? failures.indexOf(failed.failed) : -1;
}

// Without calls the sentence that stands there says all.
if (sessions.length) start();
