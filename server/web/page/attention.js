// What a user sees of the conversation who looks elsewhere: the count in the title, and notifications if they are wanted.

const most_shown = 120; // characters of a text in a notification

/** Whether the name is in the text as a word of its own. */
export function names(text, name) {
  const is_letter = (character) => /[\p{L}\p{N}_]/u.test(character ?? "");
  const [where, word] = [text.toLowerCase(), name.toLowerCase()];
  for (let at = where.indexOf(word); at >= 0; at = where.indexOf(word, at + 1))
    if (!is_letter(where[at - 1]) && !is_letter(where[at + word.length])) return true;
  return false;
}

export class Attention {
  #button;
  #says;
  #unread = 0;
  #place = "";
  #is_wanted = false;

  constructor(button, says) {
    this.#button = button;
    this.#says = says;
    button.addEventListener("click", () => this.#toggle());
    window.addEventListener("focus", () => this.#look());
    document.addEventListener("visibilitychange", () => this.#look());
  }

  set_place(room) {
    this.#place = room;
    this.#show();
  }

  /** A line of somebody else's. `is_for_me`: private, or with the user's name in it. */
  take({ sender, text, is_private, is_for_me }) {
    if (this.#is_here()) return;
    ++this.#unread;
    this.#show();
    if (this.#is_wanted && is_for_me) this.#notify(is_private ? `${sender}, privately` : sender, text);
  }

  #is_here() {
    return !document.hidden && document.hasFocus();
  }

  #look() {
    if (!this.#is_here()) return;
    this.#unread = 0;
    this.#show();
  }

  #show() {
    const place = this.#place ? `${this.#place} · Parley` : "Parley";
    document.title = this.#unread ? `(${this.#unread > 999 ? "999+" : this.#unread}) ${place}` : place;
  }

  async #toggle() {
    if (this.#is_wanted) return this.#set(false, "");
    // Browsers have notifications for pages over TLS and of this machine only.
    if (!("Notification" in window) || !window.isSecureContext) return this.#set(false, "This browser notifies only over https.");
    if ((await Notification.requestPermission()) !== "granted") return this.#set(false, "The browser does not allow it.");
    this.#set(true, "Of private lines, and of those with your name.");
  }

  #set(is_wanted, sentence) {
    this.#is_wanted = is_wanted;
    this.#button.setAttribute("aria-pressed", String(is_wanted));
    this.#says.textContent = sentence;
  }

  #notify(title, text) {
    try {
      const shown = new Notification(title, { body: text.slice(0, most_shown), tag: title });
      shown.onclick = () => {
        window.focus();
        shown.close();
      };
    } catch {
      this.#set(false, "This browser shows none for a page."); // those of phones want a service worker
    }
  }
}
