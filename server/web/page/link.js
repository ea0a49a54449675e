// The connection to the server: signs on, tells what comes, and comes back by itself when it was lost.

const features = ["who", "private", "delivery"];
const open_timeout_ms = 10_000;
const first_delay_ms = 1_000;
const longest_delay_ms = 30_000;
// A server notices within 90 s (WB6.3) that a lost connection is gone, and keeps its name for so long.
const name_held_ms = 120_000;
const dismissed_code = 4001; // somebody has decided that this user is not to be here (WB6.1)

/**
 * States: "off" (until the user signs on), "connecting", "refused" (the user has to say something else), "on", and
 * "waiting" (for the next try, at the time `next_try`). The listener's functions are called with what happens:
 * state(state, reason), refused(code, message), entered({name, room, how}), object(type, payload). `how`: "joined", as the
 * user has just asked, "returned" by itself, or "moved" from another room.
 */
export class Link {
  state = "off";
  next_try = 0;
  #listener;
  #socket = null;
  #wanted = { name: "", room: "" };
  #password = ""; // until it is sent: it is kept no longer
  #is_first = true; // the user has just asked for it, and is told what is wrong; nobody waits for a return
  #tries = 0;
  #lost_at = 0;
  #timer = 0;

  constructor(listener) {
    this.#listener = listener;
  }

  sign_on(name, room, password) {
    this.#wanted = { name, room };
    this.#password = password;
    this.#is_first = true;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#connect();
    else this.#open();
  }

  enter(room) {
    return this.send("connect", { name: this.#wanted.name, room, features });
  }

  /** False when there is no connection; true says only that the bytes are on their way. */
  send(type, payload) {
    if (this.state !== "on" || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify({ type, payload }));
    return true;
  }

  leave() {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send('{"type":"exit"}');
    this.#drop();
    this.#is_first = true;
    this.#become("off", "You have left.");
  }

  try_now() {
    if (this.state === "waiting") this.#open();
  }

  /** The connection is dead, though nobody has said so. */
  give_up() {
    this.#lose(0, "");
  }

  #become(state, reason = "") {
    this.state = state;
    this.#listener.state(state, reason);
  }

  #open() {
    this.#drop();
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.#socket = socket;
    socket.onopen = () => this.#connect();
    socket.onmessage = (event) => this.#take(event.data);
    socket.onclose = (event) => this.#lose(event.code, event.reason);
    this.#timer = setTimeout(() => this.#lose(0, ""), open_timeout_ms);
    this.#become("connecting");
  }

  #connect() {
    clearTimeout(this.#timer);
    const { name, room } = this.#wanted;
    const password = this.#password ? { password: this.#password } : {};
    this.#password = "";
    this.#socket.send(JSON.stringify({ type: "connect", payload: { name, room, ...password, features } }));
    if (this.state !== "connecting") this.#become("connecting");
  }

  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    // The browser waits for the other end before it tells of a close: nobody here waits with it.
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #take(data) {
    const { type, payload = {} } = JSON.parse(data);
    if (type === "connect_ack") this.#arrive(payload);
    else if (type === "error" && this.state !== "on") this.#refuse(payload);
    else this.#listener.object(type, payload);
  }

  #arrive({ name = this.#wanted.name, room = this.#wanted.room }) {
    const how = this.state === "on" ? "moved" : this.#is_first ? "joined" : "returned";
    this.#wanted = { name, room };
    this.#is_first = false;
    this.#tries = 0;
    this.#lost_at = 0;
    if (this.state !== "on") this.#become("on");
    this.#listener.entered({ name, room, how });
  }

  #refuse({ code, message }) {
    const may_pass = code === "taken" || code === "unchecked";
    if (!this.#is_first && may_pass && Date.now() - this.#lost_at < name_held_ms) {
      this.#drop();
      return this.#wait(code === "taken" ? "Your name is still held for the lost connection." : message);
    }
    this.#is_first = true;
    this.#become("refused");
    this.#listener.refused(code, message);
  }

  #lose(code, reason) {
    this.#drop();
    this.#password = "";
    if (this.state === "off" || this.state === "refused") return; // the user is asked, and a new one is opened then
    if (this.#is_first) {
      this.#become("refused");
      return this.#listener.refused("lost", reason || "The server does not answer.");
    }
    if (code === dismissed_code) {
      this.#is_first = true;
      return this.#become("off", reason);
    }
    this.#lost_at ||= Date.now();
    this.#wait(reason || "The connection is lost.");
  }

  #wait(reason) {
    // All who lost a server at the same time must not come back to it at the same time.
    const longest = Math.min(longest_delay_ms, first_delay_ms * 2 ** this.#tries++);
    const delay_ms = longest * (0.5 + Math.random() / 2);
    this.next_try = Date.now() + delay_ms;
    this.#timer = setTimeout(() => this.#open(), delay_ms);
    this.#become("waiting", reason);
  }
}
