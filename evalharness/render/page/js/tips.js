// Pictures that answer: what a mark says on hovering or focus, and the case that it leads to.
import { h } from "./dom.js";

/** Make every titled mark of the page's pictures speak in a box of its own; `open` shows a case. */
export function enliven(open, known) {
  const box = h("div", { class: "tip", role: "tooltip", hidden: true });
  document.body.append(box);
  for (const mark of document.querySelectorAll(".plot .mark")) {
    const title = mark.querySelector("title");
    const text = title.textContent;
    const id = mark.dataset.case;
    title.remove();
    mark.setAttribute("aria-label", text);
    mark.setAttribute("role", id && known(id) ? "link" : "img");
    const show = () => place(box, mark, text);
    const hide = () => (box.hidden = true);
    mark.addEventListener("pointerenter", show);
    mark.addEventListener("pointerleave", hide);
    mark.addEventListener("focus", show);
    mark.addEventListener("blur", hide);
    if (id && known(id)) {
      mark.classList.add("leads");
      mark.addEventListener("click", () => open(id));
      mark.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          open(id);
        }
      });
    }
  }
  for (const plot of document.querySelectorAll(".plot")) roam(plot, [...plot.querySelectorAll(".mark")]);
}

/** One tab stop for a picture; arrow keys go from mark to mark. */
function roam(plot, marks) {
  if (!marks.length) return;
  plot.setAttribute("role", "group");
  marks.forEach((mark, k) => mark.setAttribute("tabindex", k ? "-1" : "0"));
  plot.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = marks.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = marks[Math.min(Math.max(at + step, 0), marks.length - 1)];
    marks[at].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
}

function place(box, mark, text) {
  box.textContent = text;
  box.hidden = false;
  const at = mark.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = at.left + at.width / 2 - size.width / 2;
  const top = at.top - size.height - 8;
  box.style.left = `${Math.min(Math.max(left, 8), window.innerWidth - size.width - 8) + window.scrollX}px`;
  box.style.top = `${(top > 0 ? top : at.bottom + 8) + window.scrollY}px`;
}
