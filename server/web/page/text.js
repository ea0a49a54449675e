// What somebody has written, as text: links can be clicked, characters that would deceive are named, what is long is folded.

import { make } from "/element.js";

const folded_characters = 700;
const folded_rows = 12;

// Controls, and what shows as nothing or turns what stands beside it, so that other letters are seen than were written.
const unseen = "\\p{Cc}\\p{DI}\\u2028\\u2029\\ufff9-\\ufffb";
// But for joiners behind letters of scripts that are written with them, and what makes several emoji one.
const joining = "Arab Syrc Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr".replace(/(\w+) ?/g, "\\p{scx=$1}");
const joined = `[${joining}][\\u200c\\u200d]|[\\p{ExtPict}\\p{EMod}\\ufe0f]\\u200d|\\u{1f3f4}[\\u{e0020}-\\u{e007f}]+`;
const parts = new RegExp(`(https?://[^\\s<>"${unseen}]+)|(${joined})|(?:(?![\\t\\n\\p{VS}])[${unseen}])+`, "giu");
const trailing = /[.,;:!?'"»”’)\]}]{1,9}$/u;

/** The end of a sentence is not the end of its link, but for a bracket that the link has opened. */
function split_link(found) {
  const tail = trailing.exec(found)?.[0] ?? "";
  const brackets = found.includes("(") && tail.startsWith(")") ? 1 : 0;
  const end = found.length - tail.length + brackets;
  return [found.slice(0, end), found.slice(end)];
}

function make_link(written) {
  let url;
  try {
    url = new URL(written);
  } catch {
    return written;
  }
  // https://bank.example@elsewhere leads elsewhere.
  if (!["http:", "https:"].includes(url.protocol) || url.username || url.password) return written;
  const link = make("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", textContent: written });
  // Letters of other alphabets can look like those of a known address; the name that is looked up cannot.
  const host = /\/\/([^/\\?#]*?)(:\d*)?(?![^/\\?#])/.exec(written)[1];
  if (host.toLowerCase() === url.hostname) return link;
  return make("span", {}, link, make("span", { className: "true-host", textContent: ` [${url.hostname}]` }));
}

function make_unseen(characters) {
  const { length } = [...characters];
  const code = `U+${characters.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  const count = length > 1 ? `×${length}` : "";
  return make("span", { className: "unseen-character", title: "A character that is not shown", textContent: code + count });
}

/** Puts the text into the element, as text nodes and what is made above. */
export function fill(element, text) {
  const children = [];
  let end = 0;
  for (const match of text.matchAll(parts)) {
    children.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[1]) {
      const [written, rest] = split_link(match[0]);
      children.push(make_link(written), rest);
    } else if (match[2]) {
      children.push(match[0]);
    } else {
      children.push(make_unseen(match[0]));
    }
  }
  element.replaceChildren(...children, text.slice(end));
}

/** How much of a text is shown at first; all of it when it is hardly longer. */
function folded_length(text) {
  let end = text.length > folded_characters * 1.3 ? folded_characters : text.length;
  let row_end = -1;
  for (let row = 0; row < folded_rows; ++row) {
    row_end = text.indexOf("\n", row_end + 1);
    if (row_end < 0) return whole_characters(text, end);
  }
  return whole_characters(text, Math.min(end, row_end));
}

/** Not between the halves of a character. */
function whole_characters(text, end) {
  const before = text.charCodeAt(end - 1);
  return end < text.length && before >= 0xd800 && before < 0xdc00 ? end - 1 : end;
}

/** A paragraph with the text, and a button behind it when it is long. */
export function make_text(text) {
  const shown = make("p", { className: "text", dir: "auto" });
  const end = folded_length(text);
  fill(shown, text.slice(0, end));
  if (end === text.length) return [shown];
  const button = make("button", { type: "button", className: "fold" });
  const set = (is_open) => {
    fill(shown, is_open ? text : text.slice(0, end) + " …");
    button.textContent = is_open ? "Show less" : `Show all ${text.length.toLocaleString("en")} characters`;
    button.setAttribute("aria-expanded", String(is_open));
  };
  button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
  set(false);
  return [shown, button];
}
