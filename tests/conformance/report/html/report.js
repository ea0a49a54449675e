// Everything is there without this script: an arrow then leads to its bytes in the list below the diagram.
// With it, the bytes come up right below the diagram instead.
(() => {
  "use strict";

  const show = (arrow, bytes) => {
    const diagram = arrow.closest(".diagram");
    let panel = diagram.nextElementSibling;
    if (!panel || !panel.classList.contains("panel")) {
      panel = document.createElement("div");
      panel.className = "panel";
      panel.setAttribute("aria-live", "polite");
      diagram.after(panel);
    }
    const heading = document.createElement("p");
    heading.className = "heading";
    for (const part of bytes.closest("details").querySelectorAll("summary > :not(code)"))
      heading.append(part.cloneNode(true));
    panel.replaceChildren(heading, ...[...bytes.children].map((child) => child.cloneNode(true)));
    for (const other of diagram.querySelectorAll(".chosen")) other.classList.remove("chosen");
    arrow.classList.add("chosen");
    panel.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("click", (click) => {
    const arrow = click.target.closest("a.event");
    const bytes = arrow && document.getElementById(arrow.getAttribute("href").slice(1));
    if (!bytes) return;
    click.preventDefault();
    show(arrow, bytes);
  });

  // A link into something folded unfolds it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  reveal();
})();
