// The whole recording in a strip: how much was asked when, where sessions failed; a click goes there.
const SLICES = 160;

function overview() {
  let length = 1;
  for (const session of sessions) length = Math.max(length, session.at + session.took);
  const sliceOf = (at) => Math.min(SLICES - 1, Math.floor((SLICES * at) / length));
  const counts = new Array(SLICES).fill(0);
  for (const number in data.c) counts[sliceOf(data.c[number][4])] += 1;
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const strip = withRole(make("div", "strip"), "img");
  const bar = (slice, height, name) => {
    const one = make("i", name);
    one.style.left = `${(100 * slice) / SLICES}%`;
    one.style.height = `${height}%`;
    strip.append(one);
  };
  counts.forEach((calls, slice) => { if (calls) bar(slice, 12 + (88 * calls) / most, ""); });
  for (const slice of new Set(failures.map((step) => sliceOf(step.at)))) bar(slice, 100, "bad");
  const sessionsFailed = failures.length ? plural(failures.length, "failed session") : "no session failed";
  strip.setAttribute("aria-label", `Calls over ${span(length)}: ${sessionsFailed}`);
  strip.addEventListener("click", (event) => {
    const box = strip.getBoundingClientRect();
    const at = (length * (event.clientX - box.left)) / box.width;
    const nearest = (items) => items.reduce((a, b) => (Math.abs(b.at - at) < Math.abs(a.at - at) ? b : a));
    const failure = failures.length ? nearest(failures) : null;
    // A mark is a few pixels wide, and a finger is not.
    if (failure && (Math.abs(failure.at - at) / length) * box.width < 14) goToFailure(failure);
    else goTo(shownRow(nearest(sessions.filter((one) => one.shown.length)), null));
  });
  const ends = hidden(make("div", "ends", make("span", "", "+0 s"), make("span", "", sessionsFailed), make("span", "", `+${span(length)}`)));
  return make("div", "overview", strip, ends);
}
