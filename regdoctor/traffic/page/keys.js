// Moving about: keys within the list, links to calls, from failure to failure.
const rows = () => [...list.querySelectorAll(".head")].filter((head) => !head.closest("[hidden]"));

function move(head, by) {
  for (let chunk = head.closest(".chunk"); chunk; chunk = chunk.parentNode.closest(".chunk")) {
    chunk.nextSibling?.fill();
    chunk.previousSibling?.fill();
  }
  const all = rows();
  all[all.indexOf(head) + by]?.focus();
}

function goTo(node) {
  node.scrollIntoView({ block: "center" });
  node.head.focus({ preventScroll: true });
}

let lastFailure = -1;
function nextFailure() {
  if (!failures.length) return;
  lastFailure = (lastFailure + 1) % failures.length;
  goToFailure(failures[lastFailure]);
}
function goToFailure(step) {
  lastFailure = failures.indexOf(step);
  goTo(reveal(step.failedCall));
  told.textContent = `${lastFailure + 1} of ${failures.length}`;
}

const next = make("button", "next", "Next failure");
next.type = "button";
const told = make("output", "more");
next.addEventListener("click", nextFailure);

function follow() {
  const number = /^#call-(\d+)$/.exec(location.hash);
  const node = number && reveal(Number(number[1]));
  if (!node) return false;
  goTo(node);
  return true;
}

list.addEventListener("keydown", (event) => {
  const head = event.target.closest(".head");
  if (!head || event.altKey || event.ctrlKey || event.metaKey) return;
  const isOpen = head.getAttribute("aria-expanded") === "true";
  const node = head.closest(".node");
  const parent = node.parentNode.closest(".node");
  switch (event.key) {
    case "ArrowDown": case "j": move(head, 1); break;
    case "ArrowUp": case "k": move(head, -1); break;
    case "ArrowRight": if (isOpen) move(head, 1); else node.open(true); break;
    case "ArrowLeft": if (isOpen) node.open(false); else parent?.head.focus(); break;
    case "Home": rows()[0].focus(); break;
    case "End": rows().at(-1).focus(); break;
    case "n": nextFailure(); break;
    default: return;
  }
  event.preventDefault();
});
// Whoever has not been in the list yet gets into it so.
document.addEventListener("keydown", (event) => {
  if (event.target !== document.body || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "n") nextFailure();
  if (event.key === "j") rows()[0]?.focus();
});
addEventListener("hashchange", follow);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#call-"]');
  if (link && link.hash === location.hash) follow();
});
