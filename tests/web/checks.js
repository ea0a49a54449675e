// What a page owes to all its users, looked at in the page itself. Each check gives a list of complaints.
const checks = {
  shown(selector) {
    return [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility({ visibilityProperty: true }) &&
      !element.closest("[inert]") && !(document.querySelector("dialog:modal") && !element.closest("dialog")));
  },

  describe(element) {
    return `<${element.localName}${element.id && ` id=${element.id}`}> ${JSON.stringify(element.textContent.trim().slice(0, 30))}`;
  },

  // Every thing that can be used has a name, every role is one that there is, and every reference leads somewhere.
  names() {
    const roles = ["log", "status", "alert", "img"];
    const complaints = [];
    for (const element of this.shown("button, input, textarea, a[href], [role=img], dialog, aside, section")) {
      const label = (element.getAttribute("aria-label") ?? "") + [...(element.labels ?? [])].map((one) => one.textContent).join("") +
        (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join("");
      const has_text = ["BUTTON", "A"].includes(element.tagName) && element.textContent.trim();
      if (!label.trim() && !has_text) complaints.push(`${this.describe(element)} has no name`);
    }
    for (const attribute of ["aria-controls", "aria-describedby", "aria-labelledby", "for"])
      for (const element of document.querySelectorAll(`[${attribute}]`))
        for (const id of element.getAttribute(attribute).split(/\s+/))
          if (!document.getElementById(id)) complaints.push(`${this.describe(element)}: ${attribute} ${id} is nothing`);
    for (const element of document.querySelectorAll("[role]"))
      if (!roles.includes(element.getAttribute("role"))) complaints.push(`${this.describe(element)} has a role of its own`);
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    complaints.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `two elements are #${id}`));
    for (const selector of ["html[lang]", "title", "main", "header", "[role=log][aria-live=polite]", "h1"])
      if (document.querySelectorAll(selector).length !== 1) complaints.push(`there is not one ${selector}`);
    for (const element of document.querySelectorAll("[tabindex]"))
      if (element.tabIndex > 0) complaints.push(`${this.describe(element)} is out of the order`);
    for (const element of document.querySelectorAll("li"))
      if (!["UL", "OL"].includes(element.parentElement.tagName)) complaints.push(`${this.describe(element)} is in no list`);
    return complaints;
  },

  color(text) {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return { red, green, blue, alpha };
  },

  luminance({ red, green, blue }) {
    const [r, g, b] = [red, green, blue].map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  },

  background(element) {
    for (let at = element; at; at = at.parentElement) {
      const color = this.color(getComputedStyle(at).backgroundColor);
      if (color.alpha === 1) return color;
    }
    return this.color("rgb(255, 255, 255)");
  },

  ratio(one, other) {
    const [dark, light] = [this.luminance(one), this.luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  },

  // WCAG 2.1, 1.4.3: 4.5 to 1, and 3 to 1 for what is large.
  contrast() {
    const complaints = new Set();
    for (const element of this.shown("body *")) {
      const has_text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (!has_text && !element.placeholder) continue;
      const style = getComputedStyle(element, element.placeholder && !element.value ? "::placeholder" : undefined);
      const size_px = parseFloat(style.fontSize);
      const least = size_px >= 24 || (size_px >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      const ratio = this.ratio(this.color(style.color), this.background(element));
      if (ratio < least) complaints.add(`${this.describe(element)}: contrast ${ratio.toFixed(2)}, not ${least}`);
    }
    return [...complaints];
  },

  // Nothing has to be moved sideways, and what is pressed with a finger is large enough (24 px, WCAG 2.2, 2.5.8).
  width() {
    const complaints = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) complaints.push(`the page is ${root.scrollWidth} px wide, the screen ${innerWidth}`);
    for (const element of this.shown("#log, #lines, main, header, #composer, #people, dialog"))
      if (element.scrollWidth > element.clientWidth + 1) complaints.push(`${this.describe(element)} is wider than its place`);
    for (const element of this.shown("button:not(.sender, .fold), input, textarea")) {
      const { width, height, left, right } = element.getBoundingClientRect();
      if (width < 24 || height < 24) complaints.push(`${this.describe(element)} is only ${width} by ${height} px`);
      if (left < 0 || right > innerWidth + 0.5) complaints.push(`${this.describe(element)} is off the screen`);
    }
    return complaints;
  },

  // What has the focus shows that: by an outline, or by a shadow of what is around it.
  focus() {
    const element = document.activeElement;
    const has_sign = (at) => at && (getComputedStyle(at).outlineStyle !== "none" || getComputedStyle(at).boxShadow !== "none");
    return has_sign(element) || has_sign(element.closest("form")) ? [] : [`${this.describe(element)} does not show its focus`];
  },
};
