// Puts the page together: what comes from the server goes to whom it concerns, and what the user does to the server.

import { Attention, names } from "/attention.js";
import { Composer } from "/composer.js";
import { find } from "/element.js";
import { Link } from "/link.js";
import { Outbox } from "/outbox.js";
import { People } from "/people.js";
import { SignOn } from "/sign_on.js";
import { Transcript } from "/transcript.js";

// Who is here is asked this often: a list of many costs the server more. An answer that does not come means that the
// connection is dead, which a browser tells of late or never.
const ask_every_ms = 30_000;
const ask_every_for_each_ms = 50;
const answer_timeout_ms = 20_000;
const ask_soon_ms = 1_500;
const small_server = 100; // up to so many people a list is cheap enough to be asked for when somebody comes or goes

let self = "";
let room = "";

const transcript = new Transcript(find("log"), find("lines"), find("newer"), (name) => composer.write_to(name));
const attention = new Attention(find("notify"), find("notify-says"));
const link = new Link({ state: show_state, refused, entered, object: take });
const outbox = new Outbox(link, transcript);
const people = new People(
  { here: find("here"), here_list: find("here-list"), filtering: find("filtering"), filter: find("filter"), room_list: find("room-list") },
  { write_to: (name) => (show_people(false), composer.write_to(name)), enter },
);
const composer = new Composer(
  { form: find("composer"), draft: find("draft"), recipient: find("recipient"), recipient_name: find("recipient-name"), to_room: find("to-room") },
  people, say,
);
const sign_on = new SignOn(
  { dialog: find("sign-on"), form: find("sign-on").querySelector("form"), name: find("name"), room: find("in-room"),
    password: find("password"), password_part: find("password-part"), complaint: find("complaint"), join: find("join") },
  (name, wanted_room, password) => link.sign_on(name, wanted_room, password),
  () => find("draft").focus(),
);

// What the user does.

function say(text, to) {
  const complaint = outbox.complaint(text);
  find("advice").textContent = complaint;
  return !complaint && outbox.send(self, text, to);
}

/** Whom the draft is for stays as it is: nothing private may become public. */
function enter(name) {
  link.enter(name);
  show_people(false);
  find("draft").focus();
}

function show_people(is_shown) {
  find("people").classList.toggle("is-shown", is_shown);
  find("show-people").setAttribute("aria-expanded", String(is_shown));
  if (is_shown) find("hide-people").focus();
}

find("show-people").addEventListener("click", () => show_people(find("show-people").getAttribute("aria-expanded") !== "true"));
find("hide-people").addEventListener("click", () => (show_people(false), find("show-people").focus()));
find("people").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !find("people").classList.contains("is-shown")) return;
  show_people(false);
  find("show-people").focus();
});
find("open-room").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = find("new-room").value.trim();
  if (!name) return;
  find("new-room").value = "";
  enter(name);
});
find("leave").addEventListener("click", () => {
  link.leave();
  show_people(false);
  sign_on.ask("", room);
});
find("try-now").addEventListener("click", () => (link.state === "waiting" ? link.try_now() : sign_on.ask("", room)));
document.addEventListener("pointerdown", (event) => {
  const is_outside = !find("people").contains(event.target) && !find("show-people").contains(event.target);
  if (is_outside && find("people").classList.contains("is-shown")) show_people(false);
});
window.addEventListener("hashchange", () => room_of_address() !== room && link.enter(room_of_address()));
window.addEventListener("online", () => link.try_now());
window.addEventListener("beforeunload", (event) => !outbox.is_empty && event.preventDefault());

// What the link says.

let counting = 0; // the timer of the countdown
let was_on = false;

function show_state(state, reason) {
  clearInterval(counting);
  if (state !== "on") outbox.lose();
  if (was_on && reason) transcript.note(reason, "trouble");
  was_on = state === "on";
  if (state === "connecting") return; // the sentence of before stands: it would flicker
  const is_waiting = state === "waiting";
  find("trouble").hidden = state === "on";
  find("trouble-text").textContent = state === "refused" ? "Not connected." : reason;
  find("try-now").textContent = is_waiting ? "Try now" : "Join again";
  find("countdown").textContent = "";
  if (!is_waiting) return;
  const count = () => {
    const left_s = Math.max(0, Math.ceil((link.next_try - Date.now()) / 1000));
    find("countdown").textContent = left_s ? `Trying again in ${left_s} s.` : "Trying again.";
  };
  count();
  counting = setInterval(count, 1000);
}

function refused(code, message) {
  if (code === "password") sign_on.ask_password(message, room);
  else sign_on.ask(message, room);
}

const entered_sentences = {
  joined: (place) => `You are in ${place}.`,
  moved: (place) => `You are in ${place} now.`,
  returned: () => "Connected again. What was said meanwhile is not shown here.",
};

function entered({ name, room: new_room, how }) {
  self = name;
  room = new_room;
  find("self").textContent = name;
  find("room").textContent = room;
  find("advice").textContent = "";
  history.replaceState(null, "", `#${encodeURIComponent(room)}`);
  attention.set_place(room);
  composer.set_room(room);
  people.set_self(name, room);
  // What had the focus goes, which the browser notices only later.
  const is_lost = find("sign-on").open || [document.body, find("try-now")].includes(document.activeElement);
  sign_on.done(name);
  transcript.note(entered_sentences[how](room), "place");
  if (is_lost) find("draft").focus();
  ask_who();
}

function take(type, payload) {
  heard_at = Date.now();
  switch (type) {
    case "message":
      return take_message(payload);
    case "delivery":
      return outbox.take_delivery(payload);
    case "who":
      clearTimeout(waiting_for_answer);
      return people.take_list(payload);
    case "arrived":
    case "left":
      return take_coming(type, payload);
    case "error":
      return outbox.take_error(payload) || transcript.note(payload.message, "trouble");
    case "notification":
      return transcript.note(payload.message, "server");
  }
}

function take_message({ sender, text, private: is_private = false, id }) {
  if (id !== undefined && outbox.take_echo({ id })) return;
  const is_own = sender === self && !is_private;
  transcript.add({ sender, text, is_own, is_private });
  if (is_own) return;
  attention.take({ sender, text, is_private, is_for_me: is_private || names(text, self) });
}

function take_coming(type, user) {
  if (type === "arrived") people.arrive(user);
  else people.leave(user);
  transcript.coming(user.name, type === "arrived" ? "came" : "left");
  if (people.count <= small_server) ask_who_soon();
}

// Who is here.

let asked_at = 0;
let heard_at = 0;
let waiting_for_answer = 0;
let asking_soon = 0;

function ask_who() {
  clearTimeout(waiting_for_answer);
  asked_at = Date.now();
  if (link.send("who", {})) waiting_for_answer = setTimeout(miss_answer, answer_timeout_ms);
}

function miss_answer() {
  if (link.state !== "on") return;
  // A server that owes many deliveries reads nothing meanwhile, but tells of them. A page that was asleep is late itself.
  if (heard_at > asked_at || Date.now() - asked_at > 2 * answer_timeout_ms) ask_who();
  else link.give_up();
}

function ask_who_soon() {
  clearTimeout(asking_soon);
  asking_soon = setTimeout(ask_who, ask_soon_ms);
}

function ask_who_if_due() {
  const every_ms = ask_every_ms + ask_every_for_each_ms * people.count;
  if (!document.hidden && Date.now() - asked_at > every_ms) ask_who();
}

setInterval(ask_who_if_due, 5_000);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  link.try_now();
  ask_who_if_due();
});

// A link may name a room: /#Den.
function room_of_address() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

sign_on.ask("", room_of_address());
