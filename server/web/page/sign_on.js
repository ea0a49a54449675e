// The dialog that asks who the user is. It keeps the name and the room for the next visit, and never a password.

const stored_name = "parley.name";

/** A browser that keeps nothing says so by throwing. */
function stored(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it is asked for again.
  }
}

export class SignOn {
  #parts;
  #was_on = false;

  /** `join(name, room, password)`; `close()` when the user has left it, which is possible once there is a conversation. */
  constructor(parts, join, close) {
    this.#parts = parts;
    const { dialog, form, name, room, password } = parts;
    name.value = stored(stored_name);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!name.value.trim()) return name.focus();
      this.#say("");
      this.set_busy(true);
      join(name.value.trim(), room.value.trim(), password.value);
    });
    name.addEventListener("input", () => this.#ask_password(false));
    dialog.addEventListener("close", () => {
      password.value = "";
      if (this.#was_on) close();
      else this.ask(""); // without it there is but an empty page
    });
  }

  ask(complaint, room = "") {
    const { dialog, name, join } = this.#parts;
    this.set_busy(false);
    if (room) this.#parts.room.value = room;
    if (!dialog.open) {
      this.#ask_password(false);
      dialog.showModal();
    }
    join.textContent = this.#was_on ? "Join again" : "Join";
    this.#say(complaint);
    name.focus();
    name.select();
  }

  /** The name has a password; `complaint` says so, or that it was another one. */
  ask_password(complaint, room) {
    this.ask(complaint, room);
    this.#ask_password(true);
    this.#parts.password.focus();
  }

  done(name) {
    store(stored_name, name);
    this.#was_on = true;
    document.body.classList.add("has-talked");
    this.set_busy(false);
    this.#parts.name.value = name;
    this.#ask_password(false);
    this.#say("");
    if (this.#parts.dialog.open) this.#parts.dialog.close();
  }

  set_busy(is_busy) {
    this.#parts.join.disabled = is_busy;
  }

  #say(complaint) {
    this.#parts.complaint.textContent = complaint;
    for (const field of [this.#parts.name, this.#parts.password]) field.setAttribute("aria-invalid", String(complaint !== ""));
  }

  #ask_password(is_asked) {
    this.#parts.password.value = "";
    this.#parts.password_part.hidden = !is_asked;
  }
}
