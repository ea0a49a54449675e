// What the user writes, and to whom.

export class Composer {
  #parts;
  #send;
  #people;
  #to = "";
  #room = "";
  #is_taken_back = false; // "@name" at the beginning is text: the user has said so

  /** `send(text, to)` says whether the text has gone; it stays here otherwise. */
  constructor(parts, people, send) {
    this.#parts = parts;
    this.#people = people;
    this.#send = send;
    const { form, draft, to_room } = parts;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    draft.addEventListener("keydown", (event) => this.#take_key(event));
    draft.addEventListener("input", () => this.#take_input());
    to_room.addEventListener("click", () => this.write_to(""));
  }

  set_room(room) {
    this.#room = room;
    this.#label();
  }

  /** To the one of that name from here on; to the room when it is empty. */
  write_to(name) {
    this.#to = name;
    this.#parts.recipient.hidden = !name;
    this.#parts.recipient_name.textContent = name;
    this.#parts.form.classList.toggle("private", name !== "");
    this.#label();
    this.#parts.draft.focus();
  }

  #label() {
    const label = this.#to ? `Write to ${this.#to} alone` : `Write to ${this.#room}`;
    this.#parts.draft.setAttribute("aria-label", label);
    this.#parts.draft.placeholder = label;
  }

  #take_key(event) {
    const { draft } = this.#parts;
    if (event.isComposing || event.keyCode === 229) return; // Enter chooses a word there; Safari says so by the number alone
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && this.#to) {
      this.write_to("");
    } else if (event.key === "Backspace" && this.#to && draft.selectionStart === 0 && draft.selectionEnd === 0) {
      event.preventDefault();
      const name = this.#to;
      this.#is_taken_back = true;
      this.write_to("");
      draft.setRangeText(`@${name}`, 0, 0, "end");
    }
  }

  #take_input() {
    this.#take_recipient(/^@(\S+)\s/u);
    this.fit();
  }

  /** "@name " becomes whom the line is for, where everybody can see it before it is sent. */
  #take_recipient(pattern) {
    const { draft } = this.#parts;
    const found = pattern.exec(draft.value);
    if (!draft.value.startsWith("@")) this.#is_taken_back = false;
    if (!found || this.#is_taken_back) return;
    draft.setRangeText("", 0, found[0].length, "preserve");
    this.write_to(this.#people.spelled(found[1]));
  }

  #submit() {
    const { draft } = this.#parts;
    this.#take_recipient(/^@(\S+)(?:\s|$)/u);
    const text = draft.value.replace(/\s+$/u, "");
    if (!text || !this.#send(text, this.#to)) return;
    draft.value = "";
    this.#is_taken_back = false;
    this.fit();
  }

  /** As high as what is in it, where the style sheet cannot say that. */
  fit() {
    if (CSS.supports("field-sizing", "content")) return;
    const { style } = this.#parts.draft;
    style.height = "auto";
    style.height = `${this.#parts.draft.scrollHeight}px`;
  }
}
