// The grid: moves by keys or touch, sets of grades, highlights, and a queue that outlives a server that is down.
"use strict";

const csrf = document.querySelector("meta[name=csrf]")?.content;
const body = document.body;

async function post(path, data) {
  return fetch(path, {
    method: "POST", credentials: "same-origin", body: JSON.stringify(data),
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
  });
}

document.getElementById("logout")?.addEventListener("click", async () => {
  const answer = await post("/logout", {});
  location.href = answer.ok ? (await answer.json()).location : "/login";
});

const live = document.getElementById("live");
if (live) setInterval(async () => {
  const answer = await fetch(live.dataset.source).catch(() => null);
  if (answer?.ok) live.innerHTML = await answer.text(); // escaped by the server's templates
}, 3000);

function startReading() {
  const reading = document.getElementById("reading");
  const number = reading.dataset.number;
  const adjudicates = body.dataset.role === "adjudicator";
  const cells = [...document.querySelectorAll(".cell")];
  const byName = new Map(cells.map(cell => [cell.dataset.cell, cell]));
  const queue = new Queue(`deepspine-${body.dataset.reader}`, showState, applyAnswer);
  let selected = null;

  // ------------------------------------------------------------------------------------------------- showing a cell

  function scaleOf(cell) { return cell.closest("tr").dataset.scale.split(" "); }
  function gradesOf(cell) { return cell.dataset.grades ? cell.dataset.grades.split("|") : []; }

  function shortForm(grades, scale, ordinal) {
    const n = grades.length;
    if (n < 2) return grades.join("");
    if (n === scale.length) return "any";
    if (n === scale.length - 1 && scale[0] === "none" && grades[0] !== "none") return "present";
    if (ordinal && grades.every((grade, i) => grade === scale[i])) return `≤ ${grades[n - 1]}`;
    if (ordinal && grades.every((grade, i) => grade === scale[scale.length - n + i])) return `≥ ${grades[0]}`;
    return grades.map(grade => grade === "moderate" ? "mod" : grade).join("–");
  }

  function severity(cell, grades, scale) {
    if (!grades.length) return "";
    const ordinal = cell.closest("tr").dataset.ordinal === "yes";
    const places = grades.map(grade => scale.indexOf(grade) / Math.max(scale.length - 1, 1));
    const low = Math.min(...places), high = Math.max(...places);
    if (high === 0 && scale[0] === "none") return "none";
    if (!ordinal || low === 0 && high > 0 || high - low > 0.5) return "open";
    const middle = places.reduce((a, b) => a + b) / places.length;
    return middle < 0.5 ? "low" : middle < 0.8 ? "middle" : "high";
  }

  function show(cell) {
    const grades = gradesOf(cell), scale = scaleOf(cell);
    cell.textContent = shortForm(grades, scale, cell.closest("tr").dataset.ordinal === "yes");
    cell.classList.remove("none", "low", "middle", "high", "open");
    const kind = severity(cell, grades, scale);
    if (kind) cell.classList.add(kind);
    const differs = cell.dataset.readings !== undefined && !cell.classList.contains("decided");
    if (differs) cell.textContent = "≠";
    cell.title = grades.join(" or ") || (differs ? "readers differ" : "");
    cell.setAttribute("aria-label", `${cell.dataset.name}: ${grades.join(" or ") || "no label"}${differs ? ", readers differ" : ""}`);
  }

  // -------------------------------------------------------------------------------------------------------- choosing

  function select(cell, focus = true) {
    if (selected) { selected.tabIndex = -1; selected.setAttribute("aria-selected", "false"); }
    selected = cell;
    cell.tabIndex = 0;
    cell.setAttribute("aria-selected", "true");
    if (focus) cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    light(cell);
    showPalette();
  }

  function light(cell) {
    let first = null;
    for (const piece of document.querySelectorAll(".piece")) {
      const lit = cell !== null && piece.dataset.cells.split(" ").includes(cell.dataset.cell);
      piece.classList.toggle("lit", lit);
      if (lit) first ??= piece;
    }
    first?.scrollIntoView({ block: "nearest" });
  }

  function button(text, key, pressed, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.append(text + " ");
    if (key) { const hint = document.createElement("kbd"); hint.textContent = key; made.append(hint); }
    if (pressed !== null) made.setAttribute("aria-pressed", String(pressed));
    made.addEventListener("click", act);
    return made;
  }

  function showPalette() {
    const grades = gradesOf(selected), scale = scaleOf(selected), place = document.getElementById("grades");
    document.getElementById("chosen").textContent = selected.dataset.name;
    const made = scale.map((grade, i) => button(grade.replaceAll("_", " "), String(i + 1), grades.includes(grade), () => toggle(grade)));
    if (scale.includes("none") && scale.length > 2) made.push(button("present", "P", null, () => set(scale.filter(grade => grade !== "none"))));
    made.push(button("clear", "0", null, () => set([])));
    if (selected.dataset.readings !== undefined) {
      const said = document.createElement("span");
      said.className = "readings";
      selected.dataset.readings.split(";").forEach((one, i) =>
        said.append(button(`reader ${String.fromCharCode(65 + i)}: ${one.replaceAll("|", " or ") || "no label"}`, String.fromCharCode(65 + i), null, () => set(one ? one.split("|") : []))));
      made.push(said);
    }
    place.replaceChildren(...made);
  }

  // --------------------------------------------------------------------------------------------------------- changing

  function set(grades) {
    const cell = selected, scale = scaleOf(cell);
    const ordered = scale.filter(grade => grades.includes(grade));
    cell.dataset.grades = ordered.join("|");
    cell.classList.remove("suggested");
    if (adjudicates && cell.dataset.readings !== undefined) cell.classList.add("decided");
    show(cell);
    showPalette();
    const [level, finding, side] = cell.dataset.cell.split("|");
    queue.add(`/report/${number}/label`, { level, finding, side, grades: ordered, edit_id: crypto.randomUUID?.() ?? fallbackId() });
  }

  function fallbackId() { // randomUUID is missing on plain HTTP from another machine
    return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
  }

  function toggle(grade) {
    const grades = gradesOf(selected);
    set(grades.includes(grade) ? grades.filter(one => one !== grade) : [...grades, grade]);
  }

  function undo() { queue.add(`/report/${number}/undo`, { edit_id: crypto.randomUUID?.() ?? fallbackId() }); }

  function finish() {
    queue.add(`/report/${number}/done`, { done: true });
    queue.whenEmpty(() => { location.href = `/report/${number}/next`; });
  }

  function applyAnswer(path, answer) {
    const cell = answer.cell && path.startsWith(`/report/${number}/`) ? byName.get(answer.cell) : null;
    if (!cell) return;
    const undone = path.endsWith("/undo");
    if (queue.changes(number, answer.cell) || !undone && queue.undoes(number)) return; // what comes later will tell
    cell.dataset.grades = answer.is_set ? answer.grades.join("|") : cell.dataset.agreed ?? "";
    if (cell.dataset.readings !== undefined) cell.classList.toggle("decided", answer.is_set);
    show(cell);
    if (undone) select(cell);
    if (cell === selected) showPalette();
  }

  function showState(waiting, message) {
    const place = document.getElementById("saved");
    place.textContent = message ?? (waiting ? `saving ${waiting} …` : "saved");
    place.classList.toggle("waiting", message !== undefined);
    for (const cell of cells) cell.classList.toggle("waiting", message !== undefined && queue.changes(number, cell.dataset.cell));
  }

  // ------------------------------------------------------------------------------------------------------------ moving

  function move(down, right) {
    const rows = [...document.querySelectorAll(".grid tbody tr")].filter(row => row.offsetParent !== null);
    const columns = row => [...row.querySelectorAll(".cell")].filter(cell => cell.offsetParent !== null);
    const row = rows.indexOf(selected.closest("tr"));
    const column = columns(rows[row]).indexOf(selected);
    const target = rows[Math.min(Math.max(row + down, 0), rows.length - 1)];
    const places = columns(target);
    select(places[Math.min(Math.max(column + right, 0), places.length - 1)]);
  }

  const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const help = document.getElementById("help");

  document.addEventListener("keydown", event => {
    if (help.open || event.altKey || event.metaKey || event.target.matches("input[type=text], textarea")) return;
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1];
    const key = event.key.toLowerCase();
    if (event.ctrlKey) { if (key === "z") { event.preventDefault(); undo(); } return; }
    const inText = event.target.closest?.("#text") !== null && event.target.closest !== undefined;
    if (arrows[event.key] && !inText) move(...arrows[event.key]);
    else if (digit === "0" || key === "delete" || key === "backspace") set([]);
    else if (digit !== undefined) {
      const grade = scaleOf(selected)[Number(digit) - 1];
      if (grade === undefined) return;
      if (event.shiftKey) toggle(grade); else set([grade]);
    }
    else if (key === "p" && scaleOf(selected).includes("none")) set(scaleOf(selected).filter(grade => grade !== "none"));
    else if (key === "u") undo();
    else if (key === "enter" && !event.target.matches("a, button:not(.cell)")) finish();
    else if (event.key === "?") help.showModal();
    else if (selected.dataset.readings !== undefined && /^[a-o]$/.test(key)) {
      const said = selected.dataset.readings.split(";")[key.charCodeAt(0) - 97];
      if (said === undefined) return;
      set(said ? said.split("|") : []);
    }
    else return;
    event.preventDefault();
  });

  for (const cell of cells) {
    show(cell);
    cell.addEventListener("click", () => select(cell));
    cell.addEventListener("pointerenter", event => { if (event.pointerType === "mouse") light(cell); });
    cell.addEventListener("pointerleave", event => { if (event.pointerType === "mouse") light(selected); });
  }
  for (const piece of document.querySelectorAll(".piece")) {
    const named = piece.dataset.cells.trim().split(" ").map(name => byName.get(name)).filter(Boolean);
    piece.addEventListener("pointerenter", () => named.forEach(cell => cell.classList.add("from")));
    piece.addEventListener("pointerleave", () => named.forEach(cell => cell.classList.remove("from")));
    piece.addEventListener("click", () => named[0] && select(named[0]));
  }
  document.getElementById("undo").addEventListener("click", undo);
  document.getElementById("done").addEventListener("click", finish);
  document.getElementById("help-open").addEventListener("click", () => help.showModal());
  for (const [id, name] of [["show-minor", "with-minor"], ["show-extra", "with-extra"]]) {
    const box = document.getElementById(id);
    box.checked = sessionStorage.getItem(name) === "yes";
    const apply = () => { reading.classList.toggle(name, box.checked); sessionStorage.setItem(name, box.checked ? "yes" : "no"); };
    box.addEventListener("change", apply);
    apply();
  }
  window.addEventListener("beforeunload", event => { if (queue.size) event.preventDefault(); });

  queue.replay((path, data) => { // changes that were not sent when the page was closed
    const cell = path === `/report/${number}/label` ? byName.get(`${data.level}|${data.finding}|${data.side}`) : null;
    if (cell) { cell.dataset.grades = data.grades.join("|"); show(cell); }
  });
  const first = adjudicates ? cells.find(cell => cell.dataset.readings !== undefined && !cell.classList.contains("decided")) : null;
  select(first ?? byName.get("L4-L5|canal_stenosis|") ?? cells[0]);
  queue.run();
}

// Changes wait here, in order, until the server has said that they are kept; in the browser's storage, so that they
// outlive the page. They hold labels and report numbers, never text.
class Queue {
  constructor(name, showState, applyAnswer) {
    this.name = name;
    this.showState = showState;
    this.applyAnswer = applyAnswer;
    this.waiting = JSON.parse(localStorage.getItem(name) ?? "[]");
    this.running = false;
    this.onEmpty = null;
  }

  get size() { return this.waiting.length; }

  changes(number, cell) {
    return this.waiting.some(({ path, data }) => path === `/report/${number}/label` && `${data.level}|${data.finding}|${data.side}` === cell);
  }

  undoes(number) { return this.waiting.some(({ path }) => path === `/report/${number}/undo`); }

  add(path, data) {
    this.waiting.push({ path, data });
    this.keep();
    this.run();
  }

  keep() { localStorage.setItem(this.name, JSON.stringify(this.waiting)); this.showState(this.size); }
  replay(act) { this.waiting.forEach(one => act(one.path, one.data)); }
  whenEmpty(act) { this.onEmpty = act; if (!this.size) this.finished(); }
  finished() { const act = this.onEmpty; this.onEmpty = null; act?.(); }

  async run() {
    if (this.running) return;
    this.running = true;
    let pause = 500;
    while (this.size) {
      const { path, data } = this.waiting[0];
      const answer = await post(path, data).catch(() => null);
      if (answer?.ok) {
        pause = 500;
        this.waiting.shift();
        this.keep();
        this.applyAnswer(path, await answer.json());
      } else if (answer && [401, 403].includes(answer.status)) {
        this.showState(this.size, "not saved: sign in again");
        this.running = false;
        return;
      } else if (answer && [404, 413, 422].includes(answer.status)) {
        this.waiting.shift();
        this.keep();
        this.showState(this.size, "a change was refused");
      } else {
        this.showState(this.size, `not saved yet: ${this.size} waiting, trying again`);
        await new Promise(resolve => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, 4000);
      }
    }
    this.running = false;
    this.finished();
  }
}

if (document.getElementById("reading")) startReading();
