// Who is here, who is in other rooms, and what these rooms are.

import { make } from "/element.js";
import { hue_of } from "/transcript.js";

const most_shown = 200; // of people in a list: beyond that one looks for a name
const filter_from = 12;
const names_of_a_room = 4;

function shown_dialect(dialect) {
  return { web: "browser", "two-socket": "two sockets" }[dialect] ?? dialect;
}

export class People {
  #parts;
  #act;
  #people = new Map(); // by name, in order of arrival
  #coming = []; // of a list that comes in pieces
  #others = 0; // whom a long list only counts
  #self = "";
  #room = "";
  #will_show = false;
  #shown = "";

  /** `parts`: the page's elements; `act`: write_to(name) and enter(room). */
  constructor(parts, act) {
    this.#parts = parts;
    this.#act = act;
    parts.filter.addEventListener("input", () => this.#show_soon());
    parts.here_list.addEventListener("click", (event) => {
      const name = event.target.closest("button")?.dataset.name;
      if (name) act.write_to(name);
    });
    parts.room_list.addEventListener("click", (event) => {
      const room = event.target.closest("button")?.dataset.room;
      if (room) act.enter(room);
    });
  }

  get count() {
    return this.#people.size + this.#others;
  }

  set_self(name, room) {
    this.#self = name;
    this.#room = room;
    this.#people.set(name, { name, dialect: "web", room });
    this.#show_soon();
  }

  take_list({ users, more, others = 0 }) {
    this.#coming.push(...users);
    if (more) return;
    this.#people = new Map(this.#coming.map((user) => [user.name, user]));
    this.#coming = [];
    this.#others = others;
    this.set_self(this.#self, this.#room);
  }

  arrive(user) {
    this.#people.set(user.name, user);
    this.#show_soon();
  }

  leave({ name, room }) {
    if (this.#people.get(name)?.room === room) this.#people.delete(name);
    this.#show_soon();
  }

  /** The name of who is called so, whatever the case; as it was given when nobody is. */
  spelled(name) {
    const lower = name.toLowerCase();
    return [...this.#people.keys()].find((known) => known.toLowerCase() === lower) ?? name;
  }

  /** Once for all that comes together. */
  #show_soon() {
    if (this.#will_show) return;
    this.#will_show = true;
    setTimeout(() => {
      this.#will_show = false;
      this.#show();
    }, 50);
  }

  #show() {
    const { here, here_list, filtering, filter, room_list } = this.#parts;
    const say_more = (text) => here_list.append(make("li", { className: "more", textContent: text }));
    const everybody = [...this.#people.values()];
    const in_room = everybody.filter(({ room }) => room === this.#room);
    here.textContent = in_room.length;
    filtering.hidden = in_room.length < filter_from;
    const wanted = filtering.hidden ? "" : filter.value.trim().toLowerCase();
    const found = wanted ? in_room.filter(({ name }) => name.toLowerCase().includes(wanted)) : in_room;
    // A click needs its button to stay: nothing is made anew that would be the same.
    const key = JSON.stringify([this.#self, this.#room, this.#others, wanted, everybody]);
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = document.activeElement?.dataset;
    here_list.replaceChildren(...found.slice(0, most_shown).map((user) => this.#make_person(user)));
    if (found.length > most_shown) say_more(`and ${found.length - most_shown} more`);
    if (wanted && !found.length) say_more("Nobody of that name");
    if (this.#others) say_more(`${this.#others} more, here or elsewhere`);
    const rooms = new Map();
    for (const { room, name } of everybody)
      if (room !== this.#room) rooms.set(room, [...(rooms.get(room) ?? []), name]);
    room_list.replaceChildren(...[...rooms].sort(([one], [other]) => one.localeCompare(other)).slice(0, most_shown)
      .map(([room, names]) => this.#make_room(room, names)));
    this.#focus_again(focused);
  }

  #make_person({ name, dialect }) {
    const is_self = name === this.#self;
    const shown = make(is_self ? "span" : "button", { className: "person" }, make("bdi", { className: "sender", textContent: name }), " ",
      make("small", { textContent: is_self ? "you" : shown_dialect(dialect) }));
    if (!is_self) Object.assign(shown, { type: "button", title: `Write to ${name} alone` });
    shown.dataset.name = name;
    const item = make("li", {}, shown);
    item.style.setProperty("--hue", hue_of(name));
    return item;
  }

  #make_room(room, names) {
    const some = names.slice(0, names_of_a_room).join(", ") + (names.length > names_of_a_room ? ", …" : "");
    const button = make("button", { type: "button", className: "room", title: "Enter this room" },
      make("bdi", { textContent: room }), " ", make("small", { textContent: String(names.length) }));
    button.dataset.room = room;
    button.setAttribute("aria-label", `Enter ${room}, where ${names.length === 1 ? "1 person is" : `${names.length} people are`}`);
    return make("li", {}, button, make("p", { className: "names", textContent: some, dir: "auto" }));
  }

  /** The buttons are new ones: who was on one of them with the keyboard still is. */
  #focus_again(focused) {
    if (!focused || document.activeElement !== document.body) return;
    const lists = [[this.#parts.here_list, "name"], [this.#parts.room_list, "room"]];
    for (const [list, key] of lists)
      if (focused[key]) [...list.querySelectorAll("button")].find((button) => button.dataset[key] === focused[key])?.focus();
  }
}
