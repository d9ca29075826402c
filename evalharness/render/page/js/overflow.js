// What is wider than its place: a fade where there is more, and a tab stop only where there is.
import { h } from "./dom.js";

const watched = new ResizeObserver((entries) => {
  for (const box of new Set(entries.map(({ target }) => target.closest(".scroll")))) if (box) mark(box);
});

/** Return a named box that scrolls sideways if it must. */
export function scrollBox(name, child) {
  const box = h("div", { class: "scroll", role: "region", "aria-label": name }, child);
  watchOverflow(box);
  return box;
}

/** Keep `data-more` true: at which ends the box hides something. */
export function watchOverflow(box) {
  watched.observe(box);
  if (box.firstElementChild) watched.observe(box.firstElementChild);
  box.addEventListener("scroll", () => mark(box), { passive: true });
}

function mark(box) {
  const most = box.scrollWidth - box.clientWidth;
  const ends = [box.scrollLeft > 1 && "start", box.scrollLeft < most - 1 && "end"];
  box.dataset.more = ends.filter(Boolean).join(" ");
  if (box.getAttribute("role") !== "region") return;
  if (most > 1) box.setAttribute("tabindex", "0");
  else box.removeAttribute("tabindex");
}

/** Mark the link of the section that is read, and keep it in view. */
export function followSections(list) {
  const links = new Map([...list.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const inView = new Set();
  const reader = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) inView.add(target.id);
        else inView.delete(target.id);
      }
      const current = [...links.keys()].find((id) => inView.has(id));
      if (current) point(list, links, current);
    },
    { rootMargin: "-20% 0px -75% 0px" },
  );
  for (const id of links.keys()) reader.observe(document.getElementById(id));
}

function point(list, links, current) {
  for (const [id, link] of links) {
    if (id === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const link = links.get(current);
  list.scrollLeft = link.offsetLeft - (list.clientWidth - link.offsetWidth) / 2;
}
