// The table is whole without this script: it makes the heads of the columns into buttons that sort.
(() => {
  "use strict";

  const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();

  const compare = (one, other) => {
    const numbers = one !== "" && other !== "" && !isNaN(one) && !isNaN(other);
    return numbers ? one - other : one.localeCompare(other);
  };

  // Names from A on, but of numbers the greatest first, and of verdicts the worst; then the other way round.
  const sort = (table, head, column) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const is_text = rows.some((row) => isNaN(value(row, column)));
    const first = is_text ? "ascending" : "descending";
    const order = head.getAttribute("aria-sort") === first ? (is_text ? "descending" : "ascending") : first;
    for (const other of table.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    rows.sort((one, other) => sign * compare(value(one, column), value(other, column)));
    body.append(...rows);
  };

  for (const table of document.querySelectorAll("table.class"))
    table.querySelectorAll("[data-sort]").forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head, column));
    });
})();
