// Own lines from when they are sent to when it is known what became of them: none is lost without a word, and none is said
// twice unless the user wants that.

const most_bytes = 65_000; // an object of 64 KiB is the usual limit of a server (--max-body-bytes)
const encoder = new TextEncoder();

function outcome_of({ result, recipients }, to) {
  const is_private = to !== "";
  switch (result) {
    case "delivered":
      return ["delivered", { count: recipients }];
    case "nobody":
      return ["nobody", { sentence: is_private ? `Nobody is called ${to}.` : "Nobody else is in this room." }];
    default:
      return ["failed", { sentence: is_private ? `Not delivered to ${to}.` : "Not everybody has it." }];
  }
}

export class Outbox {
  #link;
  #transcript;
  #waiting = new Map(); // of each id: the line, its text, whom it is for, whether the server has said it to the room
  #last_id = 0;

  constructor(link, transcript) {
    this.#link = link;
    this.#transcript = transcript;
  }

  get is_empty() {
    return this.#waiting.size === 0;
  }

  /** Why the text cannot be sent now; empty when it could. */
  complaint(text) {
    if (this.#link.state !== "on") return "Not connected: your line stays here.";
    const bytes = encoder.encode(JSON.stringify(text)).length;
    return bytes > most_bytes ? `That is too long: ${bytes.toLocaleString("en")} bytes, of at most ${most_bytes.toLocaleString("en")}.` : "";
  }

  /** To the room, or to the one of that name. False: nothing was sent, and nothing is shown. */
  send(sender, text, to) {
    const id = String(++this.#last_id);
    const is_sent = to ? this.#link.send("private", { to, text, id }) : this.#link.send("message", { text, id });
    if (!is_sent) return false;
    const line = this.#transcript.add({ sender, text, to, is_own: true, is_private: to !== "", is_floating: to === "" });
    this.#transcript.mark(line, "sending");
    this.#waiting.set(id, { line, sender, text, to, is_said: false });
    return true;
  }

  /** Whether the line that has come is one of these: then it is shown already. */
  take_echo({ id }) {
    const own = this.#waiting.get(id);
    if (!own) return false;
    if (!own.is_said) this.#transcript.mark(own.line, "accepted");
    own.is_said = true;
    this.#transcript.settle(own.line);
    return true;
  }

  take_delivery(delivery) {
    const own = this.#take(delivery.id);
    if (own) this.#transcript.mark(own.line, ...outcome_of(delivery, own.to));
  }

  /** True when the error was about one of these. */
  take_error({ id, message }) {
    const own = this.#take(id);
    if (own) this.#transcript.mark(own.line, "failed", { sentence: message });
    return own !== undefined;
  }

  /** The connection is gone: what is not known by now will not be told any more. */
  lose() {
    for (const id of [...this.#waiting.keys()]) {
      const own = this.#take(id);
      if (own.is_said) {
        this.#transcript.mark(own.line, "unknown", { sentence: "The room has it, but the connection was lost before everybody confirmed it." });
        continue;
      }
      const act = () => {
        // The sentence stays as it is while there is no connection to send it on.
        if (!this.complaint(own.text) && this.send(own.sender, own.text, own.to)) this.#transcript.mark(own.line, "resent");
      };
      this.#transcript.mark(own.line, "unknown", {
        sentence: "The connection was lost; this line may have arrived or not.",
        action: { label: "Send again", act },
      });
    }
  }

  #take(id) {
    const own = this.#waiting.get(id);
    if (own) this.#transcript.settle(own.line);
    this.#waiting.delete(id);
    return own;
  }
}
