"use strict";
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const sheet = document.body.dataset.sheet;
  const key = "evalharness-labels:" + sheet;
  const sections = [...document.querySelectorAll("section.pair")];
  const byId = (id) => document.getElementById(id);
  const rater = byId("rater");
  let language = document.documentElement.lang;
  let at = 0;
  let side = "a";

  const say = (name, values) => {
    let text = words[language][name];
    for (const [slot, value] of Object.entries(values || {})) {
      text = text.split("{" + slot + "}").join(String(value));
    }
    return text;
  };
  const notice = (name, values) => { byId("notice").textContent = name ? say(name, values) : ""; };
  const pairOf = (section) => section.dataset.pair;
  const radios = (section, which) => [...section.querySelectorAll(`article[data-side="${which}"] input`)];
  const gradeOf = (section, which) => {
    const chosen = radios(section, which).find((radio) => radio.checked);
    return chosen ? chosen.value : "";
  };
  const commentOf = (section) => section.querySelector("textarea");
  const isDone = (section) => gradeOf(section, "a") !== "" && gradeOf(section, "b") !== "";

  // Progress: kept by the browser where it lets us (private windows and some policies do not).
  const store = (() => {
    try {
      const probe = key + ":probe";
      localStorage.setItem(probe, "1");
      localStorage.removeItem(probe);
      return localStorage;
    } catch (error) {
      return null;
    }
  })();
  const snapshot = () => ({
    at, language, rater: rater.value,
    grades: Object.fromEntries(sections.map((section) => [
      pairOf(section),
      [gradeOf(section, "a"), gradeOf(section, "b"), commentOf(section).value],
    ])),
  });
  const keep = () => {
    if (!store) return;
    try {
      store.setItem(key, JSON.stringify(snapshot()));
    } catch (error) {
      notice("no_storage");
    }
  };
  const grade = (section, which, value) => {
    for (const radio of radios(section, which)) radio.checked = radio.value === value;
  };
  const restore = () => {
    let kept = null;
    try {
      kept = store && JSON.parse(store.getItem(key));
    } catch (error) {
      kept = null;
    }
    if (!kept || typeof kept !== "object") return;
    rater.value = String(kept.rater || "");
    if (words[kept.language]) language = kept.language;
    for (const section of sections) {
      const [a, b, comment] = (kept.grades || {})[pairOf(section)] || ["", "", ""];
      grade(section, "a", a);
      grade(section, "b", b);
      commentOf(section).value = comment || "";
    }
    if (Number.isInteger(kept.at) && kept.at >= 0 && kept.at < sections.length) at = kept.at;
  };

  const showProgress = () => {
    const done = sections.filter(isDone).length;
    byId("progress").textContent = say("progress", { done, total: sections.length, number: at + 1 });
  };
  const mark = (which) => {
    side = which;
    for (const article of document.querySelectorAll("article")) {
      article.classList.toggle("marked", article.dataset.side === side);
    }
  };
  const show = (index) => {
    at = Math.max(0, Math.min(sections.length - 1, index));
    sections.forEach((section, position) => { section.hidden = position !== at; });
    byId("previous").disabled = at === 0;
    byId("next").disabled = at === sections.length - 1;
    mark(gradeOf(sections[at], "a") === "" || isDone(sections[at]) ? "a" : "b");
    showProgress();
    keep();
    window.scrollTo(0, 0);
  };
  const translate = () => {
    document.documentElement.lang = language;
    document.title = say("title");
    for (const element of document.querySelectorAll("[data-say]")) {
      element.textContent = say(element.dataset.say);
    }
    byId("language").lang = language === "en" ? "ko" : "en";
    showProgress();
  };
  const gradeByKey = (value) => {
    const graded = side;
    grade(sections[at], graded, value);
    if (graded === "a") {
      mark("b");
    } else if (at < sections.length - 1) {
      show(at + 1);
    }
    showProgress();
    keep();
  };

  // A text that begins like a formula would be run by a spreadsheet: it gets an apostrophe, as in the import.
  const cell = (text) => {
    const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? "'" + text : text;
    return /[",\r\n]/.test(safe) ? '"' + safe.split('"').join('""') + '"' : safe;
  };
  const csv = () => {
    const rows = [["pair", "rater", "score_a", "score_b", "comment"]];
    for (const section of sections) {
      if (gradeOf(section, "a") === "" && gradeOf(section, "b") === "") continue;
      rows.push([
        pairOf(section), rater.value.trim(), gradeOf(section, "a"), gradeOf(section, "b"),
        commentOf(section).value,
      ]);
    }
    return "\ufeff" + rows.map((row) => row.map(cell).join(",") + "\n").join("");
  };
  const save = () => {
    if (rater.value.trim() === "") {
      notice("no_rater");
      rater.focus();
      return;
    }
    const name = rater.value.trim().replace(/[^\p{L}\p{N}]+/gu, "-");
    const file = `labels-${sheet}-${name}.csv`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
    link.download = file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    const open = sections.filter((section) => !isDone(section)).length;
    notice(open ? "saved_open" : "saved", { file, open });
  };

  const cells = (text) => {
    const rows = [];
    let row = [], value = "", quoted = false;
    for (let i = 0; i < text.length; i += 1) {
      const char = text[i];
      if (quoted) {
        if (char !== '"') value += char;
        else if (text[i + 1] === '"') { value += '"'; i += 1; } else quoted = false;
      } else if (char === '"') quoted = true;
      else if (char === ",") { row.push(value); value = ""; }
      else if (char === "\n") { row.push(value); rows.push(row); row = []; value = ""; }
      else if (char !== "\r") value += char;
    }
    if (value !== "" || row.length) { row.push(value); rows.push(row); }
    return rows;
  };
  const take = (text, file) => {
    const [header, ...rows] = cells(text.replace(/^\ufeff/, ""));
    const column = (name) => (header || []).indexOf(name);
    const known = new Map(sections.map((section) => [pairOf(section), section]));
    let count = 0;
    for (const row of rows) {
      const section = known.get(row[column("pair")]);
      if (!section) continue;
      for (const which of ["a", "b"]) {
        const value = row[column("score_" + which)];
        if (/^[0-5]$/.test(value || "")) { grade(section, which, value); count += 1; }
      }
      const comment = row[column("comment")] || "";
      commentOf(section).value = comment.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, "");
      const who = row[column("rater")];
      if (who) rater.value = who.replace(/^'(?=[=+\-@＝＋－＠])/, "");
    }
    notice(count ? "loaded" : "not_a_sheet", { count, file });
    show(at);
  };

  restore();
  translate();
  show(at);
  if (!store) notice("no_storage");
  byId("previous").addEventListener("click", () => show(at - 1));
  byId("next").addEventListener("click", () => show(at + 1));
  byId("open").addEventListener("click", () => {
    const later = sections.findIndex((section, position) => position > at && !isDone(section));
    const first = sections.findIndex((section) => !isDone(section));
    show(later >= 0 ? later : first >= 0 ? first : at);
  });
  byId("save").addEventListener("click", save);
  byId("language").addEventListener("click", () => {
    language = language === "en" ? "ko" : "en";
    notice("");
    translate();
    keep();
  });
  // The browser's own chooser speaks the browser's language, not the page's: a button of ours opens it.
  byId("choose").addEventListener("click", () => byId("load").click());
  byId("load").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) take(await file.text(), file.name);
    event.target.value = "";
  });
  document.addEventListener("input", () => { showProgress(); keep(); });
  document.addEventListener("focusin", (event) => {
    const article = event.target.closest("article");
    if (article) mark(article.dataset.side);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("textarea, input[type=text]");
    if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
    const pressed = event.key.toLowerCase();
    if (/^[0-5]$/.test(pressed)) gradeByKey(pressed);
    else if (pressed === "a" || pressed === "b") mark(pressed);
    else if (pressed === "n") show(at + 1);
    else if (pressed === "p") show(at - 1);
    else return;
    event.preventDefault();
  });
})();
