"use strict";

// Pages work without this file. With it, lists stay current, a log is shown as it is written, and times say
// how long ago they were.

const RETRY_AFTER = 2000;

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Nobody looks at a hidden page: it asks for nothing, and goes on where it was.
function whenVisible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

function ago(moment) {
  const seconds = (Date.now() - moment) / 1000;
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return format.format(-Math.trunc(seconds / size), unit);
  }
  return format.format(-Math.trunc(seconds), "second");
}

// Only of the time that is pointed at: working it out for all of a list would hold up the page.
document.addEventListener("pointerover", (event) => {
  const time = event.target.closest("time");
  if (time) time.title = ago(new Date(time.dateTime));
});

// What somebody uses at the moment is not taken away.
function isInUse(main) {
  const focused = document.activeElement;
  return (focused !== main && main.contains(focused)) || !window.getSelection().isCollapsed;
}

async function refresh(main, milliseconds) {
  for (;;) {
    await pause(milliseconds);
    await whenVisible();
    if (isInUse(main)) continue;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok || answer.redirected) continue;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (isInUse(main)) continue;
      const fresh = page.getElementById("main");
      if (fresh.innerHTML !== main.innerHTML) main.replaceChildren(...fresh.childNodes);
    } catch {
      await pause(RETRY_AFTER);
    }
  }
}

// A color alone would tell nothing to those who do not see it.
function levelOf(level) {
  if (level < 30) return [];
  const word = document.createElement("span");
  word.className = "level";
  word.textContent = level >= 50 ? "CRITICAL" : level >= 40 ? "ERROR" : "WARNING";
  return [word, " "];
}

function lineOf(line) {
  const item = document.createElement("div");
  item.className = line.level >= 40 ? "line error" : line.level >= 30 ? "line warning" : "line";
  item.dataset.level = line.level;
  const time = document.createElement("span");
  time.className = "time";
  time.textContent = line.time;
  const text = document.createElement("span");
  text.innerHTML = line.html; // made and escaped by our own side
  item.append(time, " ", ...levelOf(line.level), text);
  return item;
}

// Lines of a log that are not meant are there, and not shown.
function isMeant(item, choice) {
  const isWorse = Number(item.dataset.level) >= Number(choice.level.value);
  return isWorse && item.textContent.toLowerCase().includes(choice.text.value.toLowerCase());
}

function choose(items, choice) {
  for (const item of items) item.hidden = !isMeant(item, choice);
}

function tellCount(log, choice) {
  const all = log.childElementCount;
  const hidden = log.querySelectorAll("[hidden]").length;
  choice.count.value = hidden ? `${(all - hidden).toLocaleString("en")} of ${all.toLocaleString("en")} lines` : "";
}

function letChoose(log, choice) {
  choice.addEventListener("input", () => {
    choose(log.children, choice);
    tellCount(log, choice);
  });
  choice.addEventListener("submit", (event) => event.preventDefault());
  choice.hidden = false;
}

function showParts(parts) {
  for (const [id, html] of Object.entries(parts)) document.getElementById(id).innerHTML = html;
}

async function follow(log, choice) {
  let after = 0;
  let state = "";
  for (;;) {
    await whenVisible();
    let answer;
    try {
      const found = await fetch(`${log.dataset.follow}?${new URLSearchParams({ after, state })}`);
      if (!found.ok) throw new Error(found.statusText);
      answer = await found.json();
    } catch {
      log.dataset.status = "unreachable";
      await pause(RETRY_AFTER);
      continue;
    }
    log.dataset.status = "current";
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const added = answer.lines.map(lineOf);
    if (choice.level.value > 0 || choice.text.value) choose(added, choice);
    log.append(...added);
    if (added.some((item) => item.hidden)) tellCount(log, choice);
    if (isAtEnd) log.scrollTop = log.scrollHeight;
    ({ after, state } = answer);
    showParts(answer.parts);
    if (answer.pause === null) break;
    await pause(answer.pause);
  }
  log.dataset.status = "ended";
}

const main = document.getElementById("main");
if (main.dataset.refresh) refresh(main, Number(main.dataset.refresh));
const log = document.getElementById("log");
const choice = document.getElementById("log-choice");
if (log) {
  letChoose(log, choice);
  follow(log, choice);
}
document.querySelector("[aria-invalid=true]")?.focus();
