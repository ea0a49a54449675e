// What /status.json says, every two seconds, as tiles, lines and a table. Every text is put in as text.
import { find, make } from "/element.js";

const interval_ms = 2000;
const ask_timeout_ms = 5000;
const spans_s = [120, 600]; // of the charts: the first that has all samples
const kept_s = spans_s[spans_s.length - 1];
const receipts_s = 60; // one answer in 64 is measured, so a single interval may have none
const chart = { width: 460, height: 190, left: 46, right: 8, top: 8, bottom: 20 };
const svg_namespace = "http://www.w3.org/2000/svg";

const reasons = {
  server_full: "the server was full", address_full: "too many from that address", no_room: "no memory or no thread",
  banned: "banned by the operator", draining: "nobody new is let in", does_not_read: "did not read",
  memory_share: "held most when memory was short", no_memory: "no memory for it", sign_on_time: "did not sign on in time",
  frame_time: "did not complete a request in time", receipt_time: "did not acknowledge in time",
  foreign: "spoke another protocol", refused_often: "was refused too often",
};

const samples = []; // { at, status }, the oldest first; at in milliseconds of this page's clock

function draw(name, attributes, text) {
  const element = document.createElementNS(svg_namespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

const sum = (numbers) => Object.values(numbers).reduce((total, number) => total + number, 0);

function short(number) {
  if (number >= 1e9) return `${(number / 1e9).toFixed(1)}G`;
  if (number >= 1e6) return `${(number / 1e6).toFixed(1)}M`;
  if (number >= 1e4) return `${(number / 1e3).toFixed(0)}k`;
  return number >= 100 || Number.isInteger(number) ? String(Math.round(number)) : number.toFixed(1);
}

function bytes(number) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (number >= 1024 && unit < units.length - 1) {
    number /= 1024;
    unit += 1;
  }
  return `${unit ? number.toFixed(1) : number} ${units[unit]}`;
}

function duration(seconds) {
  const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24, minutes = Math.floor(seconds / 60) % 60;
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min` : `${Math.max(0, Math.floor(seconds))} s`;
}

/** "1 room", "2 rooms" */
const several = (count, thing) => `${short(count)} ${thing}${count === 1 ? "" : "s"}`;

function clock(at_s) {
  const at = new Date(at_s * 1000);
  return at.toDateString() === new Date().toDateString() ? at.toLocaleTimeString() : at.toLocaleString();
}

function span() {
  const age_s = (samples[samples.length - 1].at - samples[0].at) / 1000;
  return spans_s.find((seconds) => age_s <= seconds) ?? kept_s;
}

/** Per second between two samples. */
function rate(before, after, of) {
  const seconds = (after.at - before.at) / 1000;
  return seconds > 0 ? Math.max(0, of(after.status) - of(before.status)) / seconds : null;
}

/** Of the receipts of the last minute, the time within which such a share came, as far as the classes tell; null: none did. */
function receipt_time(index, share) {
  const now = samples[index];
  const before = samples.find((one) => now.at - one.at <= receipts_s * 1000);
  const counts = now.status.answer_times.map((count, kind) => count - before.status.answer_times[kind]);
  const all = sum(counts), bounds = now.status.answer_bounds_ms;
  if (all <= 0) return null;
  let left = all * share;
  for (let kind = 0; kind < counts.length; kind += 1) {
    if (counts[kind] > 0 && left <= counts[kind]) {
      const from = kind ? bounds[kind - 1] : 0, to = kind < bounds.length ? bounds[kind] : bounds[bounds.length - 1];
      return from + (to - from) * (left / counts[kind]);
    }
    left -= counts[kind];
  }
  return bounds[bounds.length - 1];
}

/** The least of 1, 2, 5, 10, ... that is no less. */
function round_up(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return power * [1, 2, 5, 10].find((step) => step * power >= number * (1 - 1e-9));
}

function path(values, top) {
  const last = samples[samples.length - 1].at;
  let text = "", is_drawing = false;
  const points = [];
  values.forEach((value, index) => {
    if (value === null) {
      is_drawing = false;
      return;
    }
    const x = chart.left + (chart.width - chart.left - chart.right) * (1 - (last - samples[index].at) / (span() * 1000));
    const y = chart.top + (chart.height - chart.top - chart.bottom) * (1 - value / top);
    text += `${is_drawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    is_drawing = true;
    points.push([x, y]);
  });
  return { text, last: points[points.length - 1] };
}

/** A card with a line for each of { name, values }, of which the last one is what the legend says. */
function make_chart(title, unit, lines) {
  const most = Math.max(...lines.flatMap((line) => line.values.filter((value) => value !== null)), 0);
  const top = most > 0 ? round_up(most) : 1;
  const svg = draw("svg", { viewBox: `0 0 ${chart.width} ${chart.height}`, role: "img" });
  const latest = (line) => line.values[line.values.length - 1];
  const told = (value) => value === null ? "none" : `${short(value)}${unit}`;
  svg.append(draw("title", {}, `${title}: ${lines.map((line) => `${line.name} ${told(latest(line))}`).join(", ")}`));
  for (const part of [0, 0.5, 1]) {
    const y = chart.top + (chart.height - chart.top - chart.bottom) * (1 - part);
    svg.append(draw("line", { class: "grid", x1: chart.left, x2: chart.width - chart.right, y1: y, y2: y }));
    svg.append(draw("text", { x: chart.left - 6, y: y + 4, "text-anchor": "end" }, short(top * part)));
  }
  const minutes = span() / 60;
  for (const [part, text, anchor] of [[0, `${minutes} min ago`, "start"], [0.5, `${minutes / 2} min`, "middle"], [1, "now", "end"]])
    svg.append(draw("text", { x: chart.left + (chart.width - chart.left - chart.right) * part, y: chart.height - 5, "text-anchor": anchor }, text));
  const legend = make("ul", { className: "legend" });
  lines.forEach((line, index) => {
    const { text, last } = path(line.values, top);
    const kind = `s${index % 7}`;
    if (text) svg.append(draw("path", { class: `series ${kind}`, d: text }));
    if (last) svg.append(draw("circle", { class: `dot ${kind}`, cx: last[0], cy: last[1], r: 3 }));
    const mark = draw("svg", { viewBox: "0 0 18 10", "aria-hidden": "true" });
    mark.append(draw("line", { class: `series ${kind}`, x1: 1, x2: 17, y1: 5, y2: 5 }));
    legend.append(make("li", {}, mark, `${line.name} `, make("b", {}, told(latest(line)))));
  });
  return make("section", {}, make("h2", {}, title), svg, legend);
}

function show_charts() {
  const now = samples[samples.length - 1].status;
  const each = (of) => samples.map((one, index) => of(one, index));
  const per_second = (of) => each((one, index) => index ? rate(samples[index - 1], one, of) : null);
  const users = Object.keys(now.users).map((name) => ({ name, values: each((one) => one.status.users[name] ?? null) }));
  if (samples.some((one) => one.status.users_elsewhere > 0))
    users.push({ name: "other nodes", values: each((one) => one.status.users_elsewhere) });
  find("charts").replaceChildren(
    make_chart("Users by dialect", "", users),
    make_chart("Messages a second", "/s", [
      { name: "delivered", values: per_second((status) => status.delivered) },
      { name: "refused", values: per_second((status) => status.refused) },
    ]),
    make_chart("Receipts of the last minute", " ms", [
      { name: "half within", values: each((one, index) => receipt_time(index, 0.5)) },
      { name: "95 % within", values: each((one, index) => receipt_time(index, 0.95)) },
    ]),
  );
}

function show_tiles(now) {
  const cpu = samples.length > 1 ? rate(samples[samples.length - 2], samples[samples.length - 1], (status) => status.cpu_s) : null;
  const tiles = [
    ["Users", short(sum(now.users)), now.users_elsewhere ? `and ${short(now.users_elsewhere)} on other nodes` : `in ${several(now.rooms, "room")}`],
    ["Signed on so far", short(now.sign_ons), ""],
    ["Connections", short(now.connections), `of ${short(now.most_connections)}`],
    ["Messages delivered", short(now.delivered), `${short(now.refused)} refused`],
    ["Without an answer", short(now.unanswered), "messages"],
    ["Waiting", bytes(now.waiting_bytes), `of ${bytes(now.most_waiting_bytes)}, for ${several(now.queued_connections, "socket")}`],
    ["Memory", bytes(now.resident_bytes), several(now.threads, "thread")],
    ["Processor", cpu === null ? "…" : `${(cpu * 100).toFixed(0)} %`, "of one core"],
  ];
  find("tiles").replaceChildren(...tiles.map(([name, value, more]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value, " ", make("small", {}, more)))));
}

function show_refusals(now) {
  const totals = Object.entries({ ...now.turned_away, ...now.dropped }).filter(([, count]) => count > 0);
  find("totals").textContent = totals.length ? `So far: ${totals.map(([why, count]) => `${reasons[why] ?? why} ${count}`).join(", ")}.` : "";
  const rows = now.refusals ?? [];
  find("elsewhere").hidden = now.refusals !== undefined;
  find("none").hidden = rows.length > 0 || now.refusals === undefined;
  find("refusals").hidden = rows.length === 0;
  find("refusals").tBodies[0].replaceChildren(...rows.map((row) => {
    const line = make("tr");
    for (const text of [clock(row.at_s), row.what === "refused" ? "not let in" : "ended", reasons[row.why] ?? row.why, row.dialect])
      line.append(make("td", {}, text));
    for (const text of [row.name, row.peer]) line.append(make("td", {}, make("bdi", {}, text)));
    return line;
  }));
}

function show(status) {
  const at = performance.now(), before = samples[samples.length - 1];
  // Another server: what it has counted is not comparable. (The time of its start is told in fractions of a second.)
  if (before && Math.abs(before.status.started_s - status.started_s) > 1) samples.length = 0;
  samples.push({ at, status });
  while (at - samples[0].at > kept_s * 1000) samples.shift();
  find("version").textContent = status.version;
  find("since").textContent = `for ${duration(status.now_s - status.started_s)}, since ${clock(status.started_s)}`;
  show_tiles(status);
  show_charts();
  show_refusals(status);
}

async function ask() {
  const trouble = find("trouble");
  try {
    const answer = await fetch("/status.json", { cache: "no-store", signal: AbortSignal.timeout(ask_timeout_ms) });
    if (!answer.ok) throw new Error(`the server says ${answer.status}`);
    show(await answer.json());
    trouble.hidden = true;
  } catch (error) {
    trouble.textContent = `The server does not answer (${error.message}). What stands here is the last that it told.`;
    trouble.hidden = false;
  }
  setTimeout(ask, interval_ms);
}

ask();
