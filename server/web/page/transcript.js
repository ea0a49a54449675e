// The conversation as it is shown: a bounded number of lines, the newest at the bottom and in sight, unless the reader
// has gone up.

import { make } from "/element.js";
import { fill, make_text } from "/text.js";

const most_lines = 500;
const most_characters = 2_000_000; // of the texts of these lines: what is folded is kept, too
const together_ms = 5 * 60_000; // lines of one sender within this stand under one name
const hues = 8;
const near_px = 40;
const by_hand_ms = 1_000;
const most_named = 10; // of those who come or go together

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat([], { weekday: "long", day: "numeric", month: "long" });
const full = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "medium" });

// What an own line's mark shows and says. Those with `is_trouble` say it in a sentence below the line.
const marks = {
  sending: { sign: "○", label: () => "on its way" },
  accepted: { sign: "◐", label: () => "the server has it" },
  delivered: { sign: "✓", label: (count) => (count === 1 ? "delivered to 1 person" : `delivered to ${count} people`) },
  nobody: { sign: "–", is_trouble: true },
  failed: { sign: "!", is_trouble: true },
  unknown: { sign: "?", is_trouble: true },
  resent: { sign: "↓", label: () => "sent again below" },
};

/** The same name has the same colour for everybody, and on every day. */
export function hue_of(name) {
  let sum = 0;
  for (const character of name.toLowerCase()) sum = (sum * 31 + character.codePointAt(0)) % 65_521;
  return `var(--hue-${sum % hues})`;
}

function make_meta(now) {
  const time = make("time", { dateTime: now.toISOString(), title: full.format(now), textContent: clock.format(now) });
  return make("div", { className: "meta" }, time);
}

export class Transcript {
  #log;
  #lines;
  #newer;
  #is_at_end = true;
  #height = 0; // of all lines, when it was last scrolled to the end
  #moved_at = 0; // when the user last did what may scroll
  #unseen = 0;
  #will_scroll = false;
  #last_day = new Date().toDateString();
  #characters = 0;
  #facts = new WeakMap(); // of each line: sender, kind, time, length

  /** `on_sender(name)`: that name was clicked. */
  constructor(log, lines, newer, on_sender) {
    this.#log = log;
    this.#lines = lines;
    this.#newer = newer;
    log.addEventListener("scroll", () => this.#look(), { passive: true });
    for (const event of ["wheel", "touchmove", "keydown", "pointerdown"])
      log.addEventListener(event, () => (this.#moved_at = Date.now()), { passive: true });
    newer.addEventListener("click", () => (this.#go_to_end(), log.focus()));
    new ResizeObserver(() => this.#is_at_end && this.#scroll()).observe(log);
    document.addEventListener("visibilitychange", () => this.#is_at_end && this.#scroll());
    lines.addEventListener("click", (event) => {
      const name = event.target.closest("button.sender")?.textContent;
      if (name) on_sender(name);
      this.#look(); // what was unfolded may have grown over the end
    });
  }

  /** A line of somebody's. `to`: whom an own private line is for; a floating one stays below what others say. */
  add({ sender, text, is_own = false, is_private = false, to = "", is_floating = false }) {
    const now = new Date();
    this.#begin_day(now);
    const name = is_own ? make("span", { className: "sender", textContent: sender })
      : make("button", { type: "button", className: "sender", tabIndex: -1, title: `Write to ${sender} alone`, textContent: sender });
    name.dir = "auto";
    const kind = is_private ? `private ${to}` : "public";
    const tag = is_private ? [make("span", { className: "tag" }, to ? "to " : "private", ...(to ? [make("bdi", { textContent: to }), ", private"] : []))] : [];
    const line = make("li", { className: "line" }, name, make("div", { className: "body" }, ...tag, ...make_text(text)), make_meta(now));
    line.style.setProperty("--hue", hue_of(sender));
    line.classList.toggle("own", is_own);
    line.classList.toggle("private", is_private);
    line.classList.toggle("floating", is_floating);
    this.#insert(line, { sender, kind, time: now.getTime(), length: text.length }, is_floating);
    if (!is_own && !this.#is_at_end) this.#count_unseen();
    if (is_own) this.#go_to_end();
    return line;
  }

  /** What the server or the page says. */
  note(sentence, class_name) {
    const now = new Date();
    this.#begin_day(now);
    const shown = make("p", { dir: "auto" });
    fill(shown, sentence);
    this.#insert(make("li", { className: `note ${class_name}` }, shown, make_meta(now)), { kind: "note", length: sentence.length });
  }

  /** Who came or left. Those who do it together, as a class does, stand in one line. */
  coming(name, verb) {
    const now = new Date();
    this.#begin_day(now);
    const floating = this.#first_floating();
    const last = floating ? floating.previousElementSibling : this.#lines.lastElementChild;
    let facts = this.#facts.get(last);
    if (facts?.verb !== verb || now.getTime() - facts.time > together_ms) {
      facts = { kind: "note", verb, time: now.getTime(), length: 0, names: [], shown: make("p") };
      this.#insert(make("li", { className: "note coming" }, facts.shown, make_meta(now)), facts);
    }
    facts.names.push(name);
    const named = facts.names.slice(0, most_named).flatMap((one) => [", ", make("bdi", { textContent: one })]).slice(1);
    const others = facts.names.length > most_named ? ` and ${facts.names.length - most_named} more` : "";
    facts.shown.replaceChildren(...named, `${others} ${verb}`);
  }

  /** An own line has its place now: what others say next comes behind it. */
  settle(line) {
    line.classList.remove("floating");
  }

  /** How an own line fares. `sentence`: what is said below it; `action`: a button there, with what it does. */
  mark(line, state, { sentence = "", count = 0, action } = {}) {
    const { sign, is_trouble, label } = marks[state];
    const said = is_trouble ? sentence : label(count);
    line.querySelector(".mark")?.remove();
    line.querySelector(".outcome")?.remove();
    const mark = make("span", { className: "mark", title: said, textContent: sign });
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", said);
    mark.dataset.state = state;
    line.querySelector(".meta").append(mark);
    if (!is_trouble) return;
    const button = action ? [" ", make("button", { type: "button", className: "quiet", textContent: action.label, onclick: action.act })] : [];
    line.querySelector(".body").append(make("div", { className: "outcome" }, sentence, ...button));
    if (this.#is_at_end) this.#scroll();
  }

  #begin_day(now) {
    if (now.toDateString() === this.#last_day) return;
    this.#last_day = now.toDateString();
    this.#insert(make("li", { className: "note day" }, make("p", { textContent: date.format(now) })), { kind: "note", length: 0 });
  }

  #insert(line, facts, is_floating = false) {
    this.#facts.set(line, facts);
    this.#lines.insertBefore(line, is_floating ? null : this.#first_floating());
    this.#group(line);
    this.#group(line.nextElementSibling);
    this.#characters += facts.length;
    while (this.#lines.childElementCount > most_lines || this.#characters > most_characters) {
      if (this.#lines.childElementCount === 1) break;
      this.#characters -= this.#facts.get(this.#lines.firstElementChild).length;
      this.#lines.firstElementChild.remove();
      this.#group(this.#lines.firstElementChild);
    }
    if (this.#is_at_end) this.#scroll();
  }

  #first_floating() {
    return this.#lines.querySelector(":scope > .floating");
  }

  #group(line) {
    if (!line) return;
    const facts = this.#facts.get(line);
    const before = this.#facts.get(line.previousElementSibling);
    const is_same = before !== undefined && facts.kind !== "note" && before.sender === facts.sender &&
      before.kind === facts.kind && facts.time - before.time < together_ms;
    line.classList.toggle("follows", is_same);
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    if (scrollHeight - scrollTop - clientHeight < near_px) {
      this.#is_at_end = true;
      this.#forget_unseen();
    } else if (scrollHeight === this.#height || Date.now() - this.#moved_at < by_hand_ms) {
      this.#is_at_end = false; // otherwise lines came between a scroll to the end and the word of it
    }
  }

  #count_unseen() {
    ++this.#unseen;
    this.#newer.textContent = this.#unseen === 1 ? "1 new line ↓" : `${this.#unseen} new lines ↓`;
    this.#newer.hidden = false;
  }

  #forget_unseen() {
    this.#unseen = 0;
    this.#newer.hidden = true;
  }

  #go_to_end() {
    this.#is_at_end = true;
    this.#forget_unseen();
    this.#scroll();
  }

  /** Once before the next picture, however many lines came. */
  #scroll() {
    if (this.#will_scroll) return;
    this.#will_scroll = true;
    requestAnimationFrame(() => {
      this.#will_scroll = false;
      this.#height = this.#log.scrollHeight;
      this.#log.scrollTop = this.#height;
    });
  }
}
