// The recording as page_data.py wrote it: sessions with their steps, and calls, which are read when they are shown.
const data = JSON.parse(document.getElementById("data").textContent);
const text = (place) => (place < 0 ? "" : data.t[place]);
const lanes = ["client", ...data.l];

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
// The step that ended it: clients give up after the one that failed last.
for (const session of sessions) {
  const failed = session.state === "failed" ? session.items.filter((step) => step.state === "failed") : [];
  session.failed = failed.length ? failed.reduce((a, b) => (b.at + b.took >= a.at + a.took ? b : a)) : null;
}
const failures = sessions.filter((session) => session.failed).map((session) => session.failed).sort((a, b) => a.at - b.at);

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
    count: alone.length, retries: 0, client: "", registry: "", items: alone, failed: null,
  };
  for (const call of alone) place.set(call.number, [rest, call]);
  sessions.push(rest);
}
